"""`automl report RUN`."""

from __future__ import annotations

import click


@click.command(name="report", short_help="Write a run's report.html again.")
@click.argument("run", metavar="RUN", type=click.Path())
@click.option("--open", "show", is_flag=True, help="Open it in the browser.")
def command(run: str, show: bool) -> None:
    """Rebuild the report of RUN from its records alone and print its path."""
    from automl.run import Run

    path = Run(run).report()
    click.echo(str(path))
    if show:
        click.launch(str(path.resolve()))
