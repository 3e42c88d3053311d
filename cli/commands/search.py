"""`automl search DATA`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from automl.config import DEFAULT_TIME, SearchConfig
from automl.config_parsing import make_config, read_config_file
from automl.errors import AutomlError, UserInputError, VerificationError
from automl.extending import Extension, take_extension
from automl.units import format_duration

from ..choice_options import choice_options
from ..data_options import data_options
from ..machine_options import machine_options
from ..sections import SectionedCommand

if TYPE_CHECKING:
    from automl.tuning.observer import Observer

_SECTIONS = {
    "Data": (
        "task", "target", "column", "input", "time_column", "horizon", "lookback", "group",
        "validation", "test", "class_weights", "image_size", "color", "sample_rate", "seconds",
        "length", "vocabulary", "data_dir", "memory",
    ),
    "Search": (
        "space", "freeze", "choices", "pretrained", "start_from", "learn", "fresh", "oracle",
        "objective", "finalists", "repeats", "seed",
    ),
    "Budget": (
        "time", "trials", "trial_time", "epochs", "rungs", "reduction", "subset", "max_size",
        "max_gzip_size", "max_ram", "max_latency", "max_flops", "max_params",
    ),
    "Machine": (
        "workers", "backend", "accelerator", "precision", "devices_per_trial",
        "trials_per_device", "ray", "ray_resources", "storage",
    ),
    "Files": (
        "compress", "max_accuracy_drop", "prefer", "export", "out", "resume", "join",
        "config_file",
    ),
}  # fmt: skip


@click.command(
    name="search",
    short_help="Search, compress, export, verify and report.",
    cls=SectionedCommand,
    sections=_SECTIONS,
)
@click.argument("data")
@click.option(
    "--task", metavar="NAME",
    help="classification, multilabel, regression, forecasting or anomaly.  [default: auto]",
)  # fmt: skip
@click.option(
    "--space", metavar="NAME", multiple=True,
    help="Search space: a name (automl spaces), FILE.toml, or module:name of a SearchSpace,"
    " KerasTuner HyperModel or build(hp) function; repeatable.  [default: auto]",
)  # fmt: skip
@click.option(
    "--freeze", metavar="KEY=VALUE", multiple=True, help="Fix a hyperparameter; repeatable."
)
@click.option("--choices", metavar="KEY=A,B", multiple=True, help="Search only these options.")
@click.option(
    "--pretrained", is_flag=True, default=None, help="Search pretrained networks too (images)."
)
@click.option(
    "--start-from", metavar="RUN", help="Start from the weights of an earlier run, where they fit."
)
@click.option(
    "--learn/--no-learn", default=None,
    help="Let what finished runs found be the first guesses of later ones on the same kind of"
    " data; it stays on this machine.  [default: --learn]",
)  # fmt: skip
@click.option("--fresh", is_flag=True, default=None, help="Begin without what earlier runs found.")
@click.option(
    "--finalists", type=int, metavar="N",
    help="Best trials to train again from other seeds, at most; 0 for none."
    "  [default: what a fifth of the time allows, up to 4]",
)  # fmt: skip
@click.option(
    "--repeats", type=int, metavar="K", help="Trainings of each finalist.  [default: 2 or 3]"
)
@click.option(
    "--oracle",
    metavar="NAME",
    help="Strategy: auto, asha, hyperband, bayesian, evolution, nsga2, local, grid, random or"
    " module:Class.",
)
@click.option(
    "--objective", metavar="NAME", multiple=True,
    help="val_accuracy, val_macro_f1, val_auc, val_rmse, val_mase ... (whatever the task measures),"
    " val_loss, size, gzip_size, ram, latency, flops, params; repeatable."
    "  [default: the task's own and size]",
)  # fmt: skip
@click.option("--max-size", metavar="SIZE", help="Bytes of the artifact, e.g. 50kB.")
@click.option("--max-gzip-size", metavar="SIZE", help="Bytes of the same gzipped, e.g. 40kB.")
@click.option(
    "--max-ram", metavar="SIZE", help="Arena of the TFLite interpreter at its fullest, e.g. 64kB."
)
@click.option("--max-latency", metavar="TIME", help="One inference on this machine, e.g. 5ms.")
@click.option("--max-flops", metavar="N", help="Operations of one inference, e.g. 20M.")
@click.option("--max-params", metavar="N", help="Number of weights, e.g. 100k.")
@click.option("--trials", metavar="N", help="Trained trials at most; +N adds to a run that exists.")
@click.option(
    "--time", metavar="TIME",
    help="Time for the whole command, e.g. 30m; none for no bound; +10m adds to a run that exists."
    f"  [default: {format_duration(DEFAULT_TIME)}, none with --trials]",
)  # fmt: skip
@click.option(
    "--trial-time", metavar="TIME",
    help="Time for one trial at most; what it has learned by then counts."
    "  [default: a third of --time]",
)  # fmt: skip
@click.option(
    "--epochs",
    type=int,
    metavar="N",
    help="Epochs of a trial at most.  [default: 30, more on small data]",
)
@click.option(
    "--rungs", metavar="N|auto|off",
    help="Train trials in so many steps, and only the most promising to the end.  [default: auto]",
)  # fmt: skip
@click.option(
    "--reduction", type=int, metavar="N",
    help="One of N trials goes on from a rung, to N times the epochs.  [default: 3]",
)  # fmt: skip
@click.option(
    "--subset", metavar="SHARE|auto|off",
    help="Train on a share of the examples up to the first rung, on all from the last; auto does"
    " for large data.  [default: auto]",
)  # fmt: skip
@click.option(
    "--validation", metavar="SHARE|DATA", help="Ranks candidates.  [default: 0.2 of the rest]"
)
@click.option(
    "--test", metavar="SHARE|DATA", help="Used once, at the end.  [default: the data's own, or 0.2]"
)
@click.option(
    "--class-weights", metavar="MODE",
    help="none, balanced, or auto: balanced where classes are very unequal.  [default: auto]",
)  # fmt: skip
@machine_options
@click.option(
    "--compress", metavar="RECIPE", multiple=True,
    help="auto, none, a recipe (automl compress --list) or a .toml file of them; repeatable."
    "  [default: auto]",
)  # fmt: skip
@choice_options(drop="1%, or one standard error", prefer="the cost among the objectives")
@click.option(
    "--export",
    metavar="FORMAT",
    multiple=True,
    help="tflite, tfjs; repeatable; bounds are for the first. What cannot be shipped there"
    " is not searched.  [default: both]",
)
@data_options
@click.option("--seed", type=int, metavar="N", help="[default: 0]")
@click.option("--out", metavar="FOLDER", help="The run's folder.  [default: runs/NAME]")
@click.option("--resume", is_flag=True, help="Fail unless there is an unfinished run to resume.")
@click.option(
    "--join", is_flag=True, help="Help a search that is going on, with --workers of this command."
)
@click.option("--config", "config_file", metavar="FILE", help="TOML file of these options.")
@click.option("--dry-run", is_flag=True, help="Show the configuration and the space, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--quiet", is_flag=True, help="No progress.")
def command(
    data: str,
    config_file: str | None,
    resume: bool,
    join: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Search for the best small model on DATA and export it, verified.

    DATA is a folder of class folders (images, texts or sounds), a table (.csv,
    .tsv, .jsonl, .parquet), arrays (.npz, .npy), time series (.ts, .arff),
    tfds:NAME, or one of the built-in sets: digits, wine, iris, breast_cancer,
    diabetes. An interrupted search goes on when the same command is given again.
    """
    config, extension = _config(data, config_file, options, existing=join)
    if resume:
        _check_resumable(config)
    if dry_run:
        from ..dry_run import show

        show(config, as_json=as_json, quiet=quiet)
        return
    from automl.pipeline import Pipeline
    from automl.run import Run

    from ..interrupts import interruptible
    from ..results import print_results
    from ..screen import observer

    failure: VerificationError | None = None
    with observer(quiet=quiet) as watching, interruptible(watching):
        if not options.get("out") and Path(config.out).name.rpartition("-")[2].isdigit():
            watching.note(f"Earlier runs stay as they are; this one goes to {config.out}.")
        try:
            if join:
                _join(config, watching)
            else:
                Pipeline(config, watching, extension=extension).run()
        except VerificationError as error:
            failure = error
    run = Run(config.out)
    if failure and not run.artifacts:
        raise failure
    # The files that passed are worth showing before the failure is.
    if as_json:
        click.echo(json.dumps(_record(run), indent=2))
    else:
        print_results(run)
    sys.stdout.flush()
    if failure:
        raise failure


def _config(
    data: str, config_file: str | None, options: dict[str, Any], *, existing: bool
) -> tuple[SearchConfig, Extension | None]:
    from automl.folders import default_folder, folder_to_extend

    given = read_config_file(config_file) if config_file else {}
    given |= {name: value for name, value in options.items() if value not in (None, ())}
    extension = take_extension(given)
    config = make_config(data, given)
    _check_data(config)
    if not config.out:
        find = folder_to_extend if existing or extension else default_folder
        config = replace(config, out=str(find(data, config)))
    return config, extension


def _check_data(config: SearchConfig) -> None:
    from automl.data.dataset import check

    check(config.data, config.read_options)


def _check_resumable(config: SearchConfig) -> None:
    from automl.records.store import FILE_NAME
    from automl.run import Run

    if not (Path(config.out) / FILE_NAME).exists():
        raise UserInputError(
            f"--resume needs an unfinished run of this very command. There is none: {config.out}"
            f" holds no {FILE_NAME}. Leave --resume out to begin one."
        )
    run = Run(config.out)
    if run.finished:
        raise UserInputError(
            f"--resume needs an unfinished run. {config.out} is finished; see it with:"
            f" automl report {config.out}"
        )


def _join(config: SearchConfig, watching: Observer) -> None:
    from automl.execution.helping import check_same, help_run
    from automl.run import Run

    folder = Path(config.out)
    check_same(folder, config)
    help_run(folder, config.workers, watching)
    if not Run(folder).finished:
        raise AutomlError(
            f"The search in {folder} ended unfinished. The same command without --join goes on."
        )


def _record(run: Any) -> dict[str, Any]:
    choice = run.choice
    return {
        "run": str(run.folder),
        "task": run.fact("task"),
        "objective": list(run.objective),
        "choice": None if choice is None else vars(choice),
        "artifacts": [artifact.to_dict() for artifact in run.artifacts],
        "warning": run.fact("warning"),
        "report": str(run.folder / "report.html"),
        "seconds": round(run.seconds, 1),
    }
