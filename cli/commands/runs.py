"""`automl runs [list|show|rm|learned|forget]`."""

from __future__ import annotations

import json
import shutil
from typing import Any

import click

from automl.errors import UserInputError
from automl.tasks.metrics import metric_of
from automl.units import format_duration, format_size


@click.group(name="runs", short_help="List, show and remove runs.", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show and remove runs, and what they taught; lists them when nothing else is said."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_command)


#: What a run can be, in the order of its life.
STATES = ("running", "unfinished", "nothing shipped", "finished, some failed", "finished")


def _state(run: Any) -> str:
    from automl.records.lock import holder

    if holder(run.folder) is not None:
        return "running"
    if run.fact("failure"):
        return "nothing shipped" if not run.finished else "finished, some failed"
    return "finished" if run.finished else "unfinished"


@command.command(name="list")
@click.argument("text", default="", metavar="[TEXT]")
@click.option(
    "--state",
    metavar="STATE",
    help="Only runs that are running, unfinished, finished or nothing shipped.",
)
@click.option("--parent", default="runs", show_default=True, help="Folder that holds the runs.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_command(text: str, state: str | None, parent: str, as_json: bool) -> None:
    """List the runs below a folder.

    Only those whose name, data or task hold TEXT, if it is given. A run is running,
    unfinished (its command goes on with it), finished, or ended with nothing shipped.
    """
    from automl.run import Run, list_runs
    from search_spaces.registry import nearest

    if state is not None and not any(each.startswith(state) for each in STATES):
        raise UserInputError(
            f"Unknown state {state!r}.{nearest(state, STATES)} Known: {'; '.join(STATES)}."
        )

    def record(run: Run) -> dict[str, object]:
        best, artifact = run.best, run.artifact
        return {
            "run": str(run.folder),
            "data": run.config.data,
            "state": _state(run),
            "trials": sum(run.counts.values()),
            "task": run.fact("task"),
            "objective": run.objective[0],
            "val_accuracy": best.metrics.get("val_accuracy") if best else None,
            "value": best.metrics.get(run.objective[0]) if best else None,
            "size": artifact.size if artifact else None,
            "seconds": round(run.seconds, 1),
        }

    records = [each for run in list_runs(parent) if _matches(each := record(run), text, state)]
    if as_json:
        click.echo(json.dumps(records, indent=2))
        return
    if not records:
        wanted = "such runs" if text or state else "runs"
        click.echo(f"No {wanted} in {parent}/. Begin one with: automl search digits")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("run", "data", "state"):
        table.add_column(name, overflow="fold")
    for name in ("candidates", "best", "size", "time"):
        table.add_column(name, justify="right")
    for entry in records:
        value, objective = entry["value"], str(entry["objective"])
        table.add_row(
            str(entry["run"]),
            str(entry["data"]),
            str(entry["state"]),
            str(entry["trials"]),
            f"{objective} {metric_of(objective).format(value)}"
            if isinstance(value, float)
            else "-",
            format_size(entry["size"] if isinstance(entry["size"], int) else None),
            format_duration(float(str(entry["seconds"]))),
        )
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120  # No screen to fit into.
    console.print(table)
    from automl.learned.telling import told

    if line := told():
        click.echo(line, err=True)


def _matches(record: dict[str, object], text: str, state: str | None) -> bool:
    words = " ".join(str(record[name]) for name in ("run", "data", "task")).lower()
    return text.lower() in words and str(record["state"]).startswith(state or "")


@command.command(name="show")
@click.argument("run", metavar="RUN", type=click.Path())
def show_command(run: str) -> None:
    """Show the results of RUN."""
    from automl.run import Run

    from ..results import print_results

    opened = Run(run)
    if not opened.artifacts:
        best = opened.best
        reached = "no trial has finished"
        if best is not None:
            ranking = opened.objective[0]
            shown = metric_of(ranking).format(best.metrics.get(ranking))
            reached = f"best {ranking} so far {shown}"
        if failure := opened.fact("failure"):
            click.echo(failure)
            return
        count = sum(opened.counts.values())
        click.echo(f"{run} is {_state(opened)}: {count} candidates, {reached}.")
        return
    print_results(opened)


@command.command(name="rm")
@click.argument("run", metavar="RUN", type=click.Path())
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove_command(run: str, yes: bool) -> None:
    """Remove the folder of RUN with everything in it."""
    from automl.records.lock import locked
    from automl.run import Run

    opened = Run(run)
    if not yes and not click.confirm(f"Remove {opened.folder} and its exported files?"):
        raise UserInputError("Nothing was removed.")
    with locked(opened.folder):
        shutil.rmtree(opened.folder)
    click.echo(f"Removed {opened.folder}.")


@command.command(name="learned")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def learned_command(as_json: bool) -> None:
    """Show what finished runs taught: the first guesses of later ones on the same kind of data."""
    from automl.learned.home import home
    from automl.learned.shelf import Shelf
    from automl.learned.telling import described, told

    place = home()
    lessons = [] if place is None else Shelf(place).lessons()
    if as_json:
        click.echo(json.dumps([lesson.to_dict() for lesson in lessons], indent=2))
        return
    for lesson in lessons:
        click.echo(described(lesson))
    click.echo(told() or "No run has taught anything yet: --learn keeps what finished runs find.")


@command.command(name="forget")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget_command(yes: bool) -> None:
    """Forget what finished runs taught; the runs themselves stay."""
    from automl.learned.home import home
    from automl.learned.shelf import Shelf

    place = home()
    shelf = None if place is None else Shelf(place)
    if shelf is None or not shelf.path.exists():
        click.echo("There is nothing to forget.")
        return
    if not yes and not click.confirm(
        f"Remove {shelf.path}, what {len(shelf.lessons())} runs taught?"
    ):
        raise UserInputError("Nothing was removed.")
    try:
        count = shelf.forget()
    except OSError as error:
        raise UserInputError(f"{shelf.path} cannot be removed: {error.strerror}.") from error
    click.echo(f"Forgot what {count} run{'' if count == 1 else 's'} taught.")
