"""`automl predict RUN INPUT...`."""

from __future__ import annotations

import json

import click


@click.command(name="predict", short_help="Ask an exported file about new data.")
@click.argument("run", metavar="RUN|FILE", type=click.Path())
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(run: str, inputs: tuple[str, ...], as_json: bool) -> None:
    """Ask the chosen file of RUN, or an exported FILE, about each INPUT.

    INPUT is what the search was given: a picture, a sound, a text or a file of
    it, a table of rows without the column to predict. Raw in, answer out: the
    same decoding as in the search, then the exported file on its runtime.
    """
    from ..noise import without_native_noise

    with without_native_noise():
        from automl.predicting import Predictor

        predictor = Predictor(run)
        if predictor.start:
            click.echo(predictor.start, err=True)
        predictions = predictor.predict(inputs)
        if as_json:
            click.echo(json.dumps([each.to_dict() for each in predictions], indent=2))
            return
        for each in predictions:  # What was answered is shown, whatever comes after it.
            doubts = f"  ({'; '.join(each.doubts)})" if each.doubts else ""
            click.echo(f"{each.name}  {each.answer.text}{doubts}")
