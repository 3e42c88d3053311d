"""`automl spaces [list|show NAME]`."""

from __future__ import annotations

import json
import math
from typing import Any

import click

from ..noise import without_native_noise


@click.group(name="spaces", short_help="List and show search spaces.", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List and show search spaces; lists them when nothing else is said."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_command)


@command.command(name="list")
def list_command() -> None:
    """List the registered search spaces."""
    from search_spaces import SPACES

    with without_native_noise():
        summaries = {name: SPACES.get(name).summary for name in SPACES.names()}
    for name, summary in summaries.items():
        click.echo(f"{name:12} {summary}")


@command.command(name="show")
@click.argument("name")
@click.option(
    "--shape", default="28x28x1", show_default=True, help="Image height x width x channels."
)
@click.option("--classes", default=10, show_default=True, help="Number of classes.")
@click.option("--json", "as_json", is_flag=True, help="Print the tree as JSON.")
def show_command(name: str, shape: str, classes: int, as_json: bool) -> None:
    """Show the tree of choices of the space NAME and its size."""
    from automl.errors import UserInputError
    from search_spaces import SPACES, InputSpec, Signature, TargetSpec

    SPACES.path(name)
    try:
        sizes = tuple(int(size) for size in shape.lower().split("x"))
    except ValueError:
        raise UserInputError(f"--shape must be like 28x28x1. Received: {shape!r}.") from None
    signature = Signature(InputSpec("image", sizes), TargetSpec("classification", classes))
    with without_native_noise():
        space = SPACES.get(name)(signature)
    tree = space.describe()
    if as_json:
        click.echo(json.dumps({"name": name, "size": space.size(), "tree": tree}, indent=2))
        return
    size = space.size()
    click.echo(f"{name}: {size:.3g} configurations (10^{math.log10(size):.1f}) for {shape} images")
    from rich.console import Console
    from rich.tree import Tree

    root = Tree(str(tree["summary"]))
    for choice in tree["choices"]:
        _grow(root, choice)
    Console(highlight=False).print(root)


def _grow(branch: Any, choice: dict[str, Any]) -> None:
    """Hangs a choice and what depends on it below a branch; the default is bold."""
    from rich.markup import escape

    options = ", ".join(
        f"[bold]{escape(str(option))}[/]" if option == choice["default"] else escape(str(option))
        for option in choice["options"]
    )
    when = choice.get("when")
    condition = f"[dim]if {escape(', '.join(map(str, when)))}: [/]" if when else ""
    twig = branch.add(f"{condition}[cyan]{escape(choice['name'])}[/]  {options}")
    for child in choice.get("children", ()):
        _grow(twig, child)
