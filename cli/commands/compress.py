"""`automl compress RUN`."""

from __future__ import annotations

import json

import click

from automl.errors import UserInputError

from ..choice_options import choice_options


@click.command(name="compress", short_help="Try further recipes on a finished run.")
@click.argument("run", metavar="[RUN]", type=click.Path(), required=False)
@click.option("--list", "listing", is_flag=True, help="List the recipes, and do nothing else.")
@click.option("--show", metavar="NAME", help="Print a recipe as TOML, and do nothing else.")
@click.option(
    "--recipe", "recipes", metavar="NAME", multiple=True,
    help="A recipe, or a .toml file of them; repeatable.  [default: those of --compress auto]",
)  # fmt: skip
@click.option(
    "--trial", "trials", type=int, metavar="N", multiple=True,
    help="A trial whose weights were kept; repeatable.  [default: the few best]",
)  # fmt: skip
@choice_options(drop="as in the search", prefer="as in the search")
@click.option("--max-size", metavar="SIZE", help="Bytes of the file, e.g. 50kB.")
@click.option("--time", metavar="TIME", help="What it may take, e.g. 10m.  [default: no bound]")
@click.option("--allow-code", is_flag=True, help="Import module:Class names that RUN recorded.")
@click.option("--json", "as_json", is_flag=True, help="Print the ladder as JSON.")
@click.option("--quiet", is_flag=True, help="No progress.")
def command(
    run: str | None,
    listing: bool,
    show: str | None,
    recipes: tuple[str, ...],
    trials: tuple[int, ...],
    max_accuracy_drop: str | None,
    prefer: str | None,
    max_size: str | None,
    time: str | None,
    allow_code: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compress the models of a finished RUN (its folder) in more ways, and ship the best file.

    Every file is run on validation data and stands in the ladder with what it costs.
    """
    if listing:
        return _list(as_json)
    if show:
        return _show(show, as_json)
    if run is None:
        raise UserInputError("automl compress needs a RUN, a run's folder, or --list or --show.")
    from automl.run import Run

    from ..ladder import ladder_rows, print_ladder
    from ..screen import observer

    opened = Run(run, allow_code=allow_code)
    with observer(quiet=quiet) as watching:
        choice = opened.compress(
            *recipes,
            trials=trials,
            max_accuracy_drop=max_accuracy_drop,
            prefer=prefer,
            max_size=max_size,
            time=time,
            observer=watching,
        )
    if as_json:
        record = {"choice": choice.__dict__, "ladder": ladder_rows(opened)}
        click.echo(json.dumps(record, indent=2))
        return None
    print_ladder(opened)
    return None


def _list(as_json: bool) -> None:
    from automl.compression.ladder import BASE, further
    from automl.registry import RECIPES

    found = [RECIPES.get(name) for name in RECIPES.names()]
    if as_json:
        click.echo(json.dumps([recipe.to_dict() for recipe in found], indent=2))
        return
    tried = {*BASE, *further()}
    width = max(len(recipe.name) for recipe in found)
    for recipe in found:
        mark = "*" if recipe.name in tried else " "
        click.echo(f"{mark} {recipe.name:{width}}  {recipe.summary}")
    click.echo("* tried by --compress auto, as far as the time goes. --show NAME prints the steps.")


def _show(name: str, as_json: bool) -> None:
    from automl.compression.recipe_files import to_toml
    from automl.registry import RECIPES

    recipe = RECIPES.get(name)
    click.echo(json.dumps(recipe.to_dict(), indent=2) if as_json else to_toml([recipe]).rstrip())
