"""`automl export RUN`."""

from __future__ import annotations

import json

import click

from automl.errors import VerificationError
from automl.types import VerificationStatus


@click.command(name="export", short_help="Export a run's model again, in any format and recipe.")
@click.argument("run", metavar="RUN", type=click.Path())
@click.option(
    "--format",
    "formats",
    metavar="FORMAT",
    multiple=True,
    help="tflite, tfjs, saved_model, keras, onnx, micro; repeatable.  [default: the run's]",
)
@click.option("--recipe", metavar="RECIPE", help="[default: the run's choice]")
@click.option("--trial", type=int, metavar="N", help="[default: the run's choice]")
@click.option(
    "--batch", metavar="N|dynamic", help="Examples a .tflite takes at once.  [default: 1]"
)
@click.option("--flex", is_flag=True, help="Allow TensorFlow's own operators in a .tflite.")
@click.option("--allow-code", is_flag=True, help="Import module:Class names that RUN recorded.")
@click.option("--json", "as_json", is_flag=True, help="Print the artifacts as JSON.")
@click.option("--quiet", is_flag=True, help="No progress.")
def command(
    run: str,
    formats: tuple[str, ...],
    recipe: str | None,
    trial: int | None,
    batch: str | None,
    flex: bool,
    allow_code: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Export the model of a finished RUN (its folder), verified on test data."""
    from automl.export.settings import ExportSettings, parse_batch
    from automl.run import Run

    from ..screen import describe_artifact, observer

    settings = ExportSettings(batch=1 if batch is None else parse_batch(batch), flex=flex)
    opened = Run(run, allow_code=allow_code)
    artifacts = []
    with observer(quiet=quiet) as watching:
        for format_name in formats or opened.formats:
            watching.stage(f"Exporting {format_name}")
            artifacts.append(opened.export(format_name, recipe, trial, settings))
    if as_json:
        click.echo(json.dumps([artifact.to_dict() for artifact in artifacts], indent=2))
    else:
        for artifact in artifacts:
            click.echo(describe_artifact(artifact).plain)
            if artifact.path:
                click.echo(f"  {opened.folder / artifact.path}")
    failed = [a for a in artifacts if a.status is VerificationStatus.FAILED]
    if failed:
        raise VerificationError(
            "Not put in place: " + "; ".join(f"{a.format} {a.recipe}: {a.reason}" for a in failed)
        )
