"""`automl spaces [list|show NAME]`."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from automl.errors import UserInputError

from ..inputs import EXAMPLES
from ..listed_spaces import KINDS, listed_spaces
from ..noise import without_native_noise

if TYPE_CHECKING:
    from automl.config import SearchConfig
    from automl.survey import Survey
    from search_spaces import Signature
    from search_spaces.space import SearchSpace

_PICTURES = (".svg", ".png", ".pdf")


@click.group(name="spaces", short_help="List and show search spaces.", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List and show search spaces; lists them when nothing else is said."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_command)


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_command(as_json: bool) -> None:
    """List the registered search spaces, what each takes and what it ships as."""
    with without_native_noise():
        records = listed_spaces()
    if as_json:
        click.echo(json.dumps(records, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("space", "takes", "ships as", "what it is"):
        table.add_column(title, overflow="fold", no_wrap=title == "space")
    for record in records:
        table.add_row(
            record["name"],
            ", ".join(record["inputs"]),
            ", ".join(record["targets"]),
            record["summary"],
        )
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120  # No screen to fit into.
    console.print(table)


@command.command(name="show")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--input", "words", metavar="KIND:SHAPE", help=f"{EXAMPLES}.  [default: what fits]")
@click.option("--data", metavar="DATA", help="Take input and classes from data.")
@click.option("--classes", default=10, show_default=True, help="Number of classes.")
@click.option("--freeze", metavar="KEY=VALUE", multiple=True, help="Fix a hyperparameter.")
@click.option("--choices", metavar="KEY=A,B", multiple=True, help="Leave only these options.")
@click.option("--export", metavar="FORMAT", multiple=True, help="Leave out what cannot ship there.")
@click.option("--compress", metavar="RECIPE", multiple=True, help="The same for recipes.")
@click.option("--samples", default=20, show_default=True, help="Models to build and measure.")
@click.option("--seed", default=0, show_default=True, help="Of the sample and of the picture.")
@click.option("--plot", metavar="FILE", help="Draw one architecture into an .svg, .png or .pdf.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--quiet", is_flag=True, help="No progress.")
def show_command(
    names: tuple[str, ...],
    words: str | None,
    data: str | None,
    classes: int,
    freeze: tuple[str, ...],
    choices: tuple[str, ...],
    export: tuple[str, ...],
    compress: tuple[str, ...],
    samples: int,
    seed: int,
    plot: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Show the choices of the space NAME, how many there are and what its models cost.

    NAME is a registered name, a .toml file or module:name; several are shown as
    the one space that a search makes of them. --plot draws the architecture of
    --seed, or one of those that --freeze leaves.
    """
    from automl.config_parsing import make_config

    config = make_config(
        "none",
        {
            "space": names, "freeze": freeze, "choices": choices, "export": export,
            "compress": compress, "seed": seed,
        },
    )  # fmt: skip
    if samples < 0:
        raise UserInputError(f"--samples must be a whole number from 0. Received: {samples}.")
    if plot and Path(plot).suffix not in _PICTURES:
        raise UserInputError(
            f"--plot must end with one of {', '.join(_PICTURES)}. Received: {plot}."
        )
    with without_native_noise() as stderr:
        from ..dry_run import described_space

        signature = _signature(config, words, data, classes)
        space = _space(config, signature, export, compress)
        if plot:
            _draw(space, seed, plot, signature)
        measured = _surveyed(space, samples, seed, None if quiet or as_json else stderr)
    if as_json:
        record = {
            "name": space.name, "size": space.size(), "tree": space.describe(),
            "signature": signature.to_dict(),
            "left_out": [asdict(out) for out in space.left_out],
            "sample": None if measured is None else asdict(measured),
        }  # fmt: skip
        click.echo(json.dumps(record, indent=2))
        return
    click.echo(described_space(space, signature))
    _print_tree(space)
    _print_rest(space, config, measured)
    if plot:
        click.echo(f"Picture: {plot}")


def _signature(
    config: SearchConfig, words: str | None, data: str | None, classes: int
) -> Signature:
    from search_spaces import Signature, TargetSpec

    from ..inputs import parse_input

    if data and words:
        raise UserInputError("--input or --data says what goes in. Received: both.")
    if data:
        from automl.data import dataset
        from automl.resolve import find_task

        summary = dataset.load(
            data,
            options=config.read_options,
            test=config.test,
            validation=config.validation,
            seed=0,
        ).summary
        return find_task("auto", summary)[1]
    target = TargetSpec("classification", classes)
    specs = [parse_input(text) for text in ([words] if words else KINDS)]
    return _first_that_fits(config, [Signature(spec, target) for spec in specs])


def _first_that_fits(config: SearchConfig, signatures: list[Signature]) -> Signature:
    """Returns the first signature that every space accepts, or the first of all."""
    from search_spaces import Signature, TargetSpec
    from search_spaces.errors import UnsuitableSpaceError
    from search_spaces.making import resolve

    rebuilding = [
        Signature(each.input, TargetSpec("reconstruction", math.prod(each.input.shape)))
        for each in signatures
    ]
    for signature in (*signatures, *rebuilding):
        try:
            resolve(config.entries, signature)
        except UnsuitableSpaceError:
            continue
        return signature
    return signatures[0]


def _space(
    config: SearchConfig,
    signature: Signature,
    export: tuple[str, ...],
    compress: tuple[str, ...],
) -> SearchSpace:
    from automl.resolve import targets_of
    from search_spaces.making import make_space

    targets = set(targets_of(config))
    if not export:  # Only what was asked for leaves something out.
        targets &= {"int8"} if compress else set()
    return make_space(config.entries, signature, config.choices or None, sorted(targets))


def _surveyed(space: SearchSpace, samples: int, seed: int, stream: Any) -> Survey | None:
    if not samples:
        return None
    from rich.console import Console
    from rich.progress import Progress

    from automl.survey import survey

    console = Console(file=stream) if stream is not None else None
    if console is None or not console.is_terminal:
        return survey(space, samples, seed)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Building a sample", total=samples)
        return survey(space, samples, seed, lambda: bar.advance(task))


def _draw(space: SearchSpace, seed: int, path: str, signature: Signature) -> None:
    from automl.report.plots.network import draw_network, save_network

    from ..inputs import in_words

    values = space.sample(seed)
    member = f": {values['space']}" if "space" in values and "+" in space.name else ""
    title = f"{space.name}{member}, {in_words(signature.input)}, seed {seed}"
    model = space.construct(space.architecture(values))
    try:
        save_network(draw_network(model, title), path)
    except OSError as error:
        raise UserInputError(f"--plot cannot be written: {path} ({error.strerror}).") from error


def _print_tree(space: SearchSpace) -> None:
    from rich.console import Console

    from ..space_tree import tree_of

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120  # No screen to fit into.
    console.print(tree_of(space.describe()))


def _print_rest(space: SearchSpace, config: SearchConfig, measured: Survey | None) -> None:
    from automl.resolve import described
    from automl.survey import MEASURES
    from automl.units import format_count, format_size
    from search_spaces.making import out_of_reach

    from ..dry_run import left_out_lines

    lines = left_out_lines([asdict(out) for out in space.left_out])
    for target in ("tflite", "tfjs", "int8"):
        if target not in space.targets:
            reasons: dict[str, list[Any]] = {}
            for limit in out_of_reach(space, target):
                reasons.setdefault(limit.reason, []).append(limit)
            lines += [
                f"cannot ship as {target}: {described(limits) or 'the whole space'} ({reason})"
                for reason, limits in reasons.items()
            ]
    for line in lines:
        click.echo(line)
    if measured is None:
        return
    click.echo(f"Of {measured.samples} sampled models, from smallest over median to largest:")
    for name, spread in measured.spreads.items():
        shown = format_size if "bytes" in MEASURES[name] else format_count
        values = " / ".join(shown(v) for v in (spread.least, spread.median, spread.most))
        click.echo(f"  {MEASURES[name]:29} {values}")
    for failure in measured.failures:
        click.echo(f"  not measured: {failure}")
