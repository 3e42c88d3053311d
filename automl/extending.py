"""More budget for a run that exists: `--trials +20`, `--time +10m`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, MutableMapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.config import SearchConfig
from automl.errors import UserInputError
from automl.records.store import RunStore
from automl.tuning.budget import TRIAL_SHARE
from automl.types import TrialState
from automl.units import format_duration, parse_count, parse_duration

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.run import Run
    from automl.tuning.observer import Observer

#: Where a candidate has cost no trial, or not yet.
_UNTRAINED = (TrialState.PROPOSED, TrialState.RUNNING, TrialState.REJECTED)
#: What a run keeps of its last extension.
FACT = "extension"


@dataclass(frozen=True)
class Extension:
    """What is added to the budget of a run.

    Attributes:
        trials: Further trials to train, or None.
        time: Further seconds, or None.
    """

    trials: int | None = None
    time: float | None = None

    def __post_init__(self) -> None:
        if self.trials is None and self.time is None:
            raise UserInputError("A run is extended by trials, time or both. Received: neither.")
        if self.trials is not None and self.trials < 1:
            raise UserInputError(
                f"--trials +N adds a whole number from 1. Received: {self.trials}."
            )
        if self.time is not None and not self.time > 0:
            raise UserInputError(f"--time +TIME must be above zero. Received: {self.time}.")

    def __str__(self) -> str:
        trials = "" if self.trials is None else f"--trials +{self.trials}"
        time = "" if self.time is None else f"--time +{format_duration(self.time)}"
        return " ".join(filter(None, (trials, time)))


def take_extension(options: MutableMapping[str, Any]) -> Extension | None:
    """Takes a budget that begins with a plus out of a search's options.

    Args:
        options: As `automl.config_parsing.make_config` takes them; ``trials`` and
            ``time`` are removed if they are an extension.

    Returns:
        The extension; None if the budget is an absolute one.

    Raises:
        UserInputError: If it cannot be read, or only one of the two has a plus.
    """
    given = {name: options.get(name) for name in ("trials", "time")}
    words = {name: value for name, value in given.items() if value is not None}
    added = {name for name, value in words.items() if str(value).strip().startswith("+")}
    if not added:
        return None
    if added != words.keys():
        raise UserInputError(
            "An extension has a plus before all of its budget, as --trials +20 --time +10m."
            f" Received: {', '.join(f'--{name} {value}' for name, value in words.items())}."
        )
    for name in words:
        del options[name]
    trials, time = (
        None if words.get(name) is None else str(words[name]).strip().removeprefix("+")
        for name in ("trials", "time")
    )
    return Extension(
        None if trials is None else parse_count(trials, "trials"),
        None if time is None else parse_duration(time, "time"),
    )


def budgeted(
    store: RunStore, config: SearchConfig, extension: Extension | None = None
) -> SearchConfig:
    """Returns a run's configuration with the budget that it has now.

    An extension counts from what a run has used if it had ended, else from what it
    was given. It is kept before anything is done, so that after an interruption the
    same command, or the first one, goes on with it instead of adding to it again.

    Args:
        store: The run's records.
        config: As the run was begun.
        extension: What to add; None to go on as before.

    Raises:
        UserInputError: If an extension by something else is not done yet.
    """
    known = store.fact(FACT)
    current = config if known is None else _with_budget(config, known)
    if extension is None:
        return current
    ended = bool(store.fact("finished")) or bool(store.fact("failure"))
    if known is not None and not ended:
        pending = Extension(**known["asked"])
        if pending != extension:
            raise UserInputError(
                f"{store.folder} is being extended by {pending}. Received: {extension}."
                f" Give {pending} again to go on; it can be extended further after that."
            )
        return current
    record = asdict(extension) | {"asked": asdict(extension), "trial_time": config.trial_time}
    if extension.trials is not None:
        trained = sum(n for state, n in store.counts().items() if state not in _UNTRAINED)
        record["trials"] += trained if ended else max(trained, current.trials or 0)
    if extension.time is not None:
        used = store.seconds_used()
        record["time"] += used if ended else max(used, current.time or 0.0)
        if config.trial_time is None:
            record["trial_time"] = TRIAL_SHARE * extension.time
    store.set_facts({FACT: record, "finished": False, "failure": None})
    store.add_note(f"Extended by {extension}.")
    return _with_budget(config, record)


def _with_budget(config: SearchConfig, record: dict[str, Any]) -> SearchConfig:
    names = ("trials", "time", "trial_time")
    return replace(config, **{name: record[name] for name in names})


def retire_others(store: RunStore, winner: int) -> None:
    """Removes files that an earlier winner has left where the new one has none of its own.

    Files that were exported of other trials by name stay.
    """
    for artifact in store.artifacts():
        folder = (store.folder / artifact.path).parent
        named = folder.name.endswith(f"-trial-{artifact.trial}")
        if artifact.placed and artifact.trial != winner and not named:
            shutil.rmtree(folder, ignore_errors=True)
            reason = f"replaced when trial {winner} won"
            store.set_artifact(replace(artifact, path="", reason=reason))


def extend(
    run: Run,
    *,
    trials: int | str | None,
    time: float | str | None,
    observer: Observer | None,
) -> Run:
    """Searches on in a run's folder, by what the run has recorded; see `Run.extend`."""
    from automl.pipeline import Pipeline

    config = run.config
    named = {config.task, config.oracle, *config.space, *config.compress, *config.export}
    run.check_names(named | {entry["base"] for entry in config.definitions.values()})
    more = Extension(
        None if trials is None else parse_count(trials, "trials"),
        None if time is None else parse_duration(time, "time"),
    )
    here = replace(config, out=str(run.folder))
    Pipeline(here, observer, kept_data(run.folder), more).run()
    return run


def kept_data(folder: Path) -> Callable[[], Dataset]:
    """Returns what reads a run's data from the run's own copy."""

    def load() -> Dataset:
        from automl.data.dataset import Dataset, read_split, read_summary

        splits = {name: read_split(folder, name) for name in ("train", "validation", "test")}
        return Dataset(splits, read_summary(folder))

    return load
