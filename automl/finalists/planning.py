"""Which trials are trained again from other seeds, and how often; decided from records alone.

A trial that won a search by one training was lucky, too: of many, the best one
seen is likely to do worse the next time. The few best are trained anew, and the
choice among them goes by what they do on average.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from automl.config import SearchConfig
from automl.records.store import RunStore
from automl.selection import score, shortlist, worth_keeping
from automl.types import Trial

#: Share of the time that finalists may take, where nobody says how many there are.
SHARE = 0.2
#: The same where somebody does.
MOST_SHARE = 0.5
#: Finalists, and trainings of each, where nobody says and the time allows.
MOST_FINALISTS, MOST_REPEATS = 4, 3
#: Trainings of each that tell something of how they vary.
LEAST_REPEATS = 2
#: Best trials whose seconds say what another training takes.
TIMED = 8


@dataclass(frozen=True)
class FinalistsPlan:
    """What is trained again.

    Attributes:
        trials: Numbers of the trials, most promising first; none for nothing.
        repeats: Trainings of each.
        why: Why there are none, in a few words; empty otherwise.
    """

    trials: tuple[int, ...] = ()
    repeats: int = 0
    why: str = ""


class Reserve:
    """The seconds of a search's time that are kept for its finalists.

    Nothing is kept before a trial was trained, nor where the share would not do
    for two trainings of two finalists: then the search has all of the time.

    Args:
        config: What was asked for.
        store: Where trials are.
        at_once: Returns how many are trained at once now.
    """

    def __init__(
        self, config: SearchConfig, store: RunStore, at_once: Callable[[], int] = lambda: 1
    ) -> None:
        self._config, self._store, self._at_once = config, store, at_once

    def __call__(self) -> float:
        """Returns the seconds to keep, by what trials have taken so far."""
        config = self._config
        usual = usual_seconds(self._store.best_trials(TIMED))
        if config.time is None or not usual or config.finalists == 0:
            return 0.0
        one = usual / self._at_once()
        if config.finalists is not None or config.repeats is not None:
            finalists = config.finalists or MOST_FINALISTS
            wanted = finalists * (config.repeats or MOST_REPEATS) * one
            return min(wanted, MOST_SHARE * config.time)
        kept = SHARE * config.time
        return kept if kept >= 2 * LEAST_REPEATS * one else 0.0


def usual_seconds(trials: Sequence[Trial]) -> float:
    """Returns the seconds that one of the best trials took on average; 0 if there is none."""
    return fmean(trial.seconds for trial in trials) if trials else 0.0


def contenders(trials: Sequence[Trial], objectives: Sequence[str]) -> list[Trial]:
    """Returns the trials that validation cannot tell from the best, by one training of each.

    The best comes first, then what is cheaper than it, then the others by score.

    Args:
        trials: All trials of the run.
        objectives: The first ranks; the others are costs.
    """
    kept = worth_keeping(trials, objectives)
    if not kept:
        return []
    best = max(kept, key=lambda trial: (score(trial), -trial.number))
    slack = 2 * (best.error or 0.0)
    near = [trial for trial in kept if score(trial) >= score(best) - slack]
    near.sort(key=lambda trial: (-score(trial), trial.number))
    order = [best, *shortlist(kept, objectives), *near]
    return list({trial.number: trial for trial in order}.values())


def plan_finalists(
    config: SearchConfig,
    found: Sequence[Trial],
    allowed: float,
    left: float | None,
    at_once: int = 1,
) -> FinalistsPlan:
    """Decides what is trained again.

    Args:
        config: What was asked for: `finalists` and `repeats` are None where
            nobody said.
        found: `contenders`.
        allowed: Seconds that finalists may take where nobody said how many.
        left: Seconds until the last training must end; None for no such bound.
        at_once: How many are trained at once.
    """
    if config.finalists == 0:
        return FinalistsPlan(why="--finalists 0")
    if not found:
        return FinalistsPlan(why="no trial was trained")
    if config.finalists is not None or config.repeats is not None:
        numbers = tuple(trial.number for trial in found[: config.finalists or MOST_FINALISTS])
        return FinalistsPlan(numbers, config.repeats or MOST_REPEATS)
    seconds = usual_seconds(found[:MOST_FINALISTS])
    seconds /= at_once
    affordable = int((allowed if left is None else min(allowed, left)) / max(seconds, 1e-9))
    finalists = min(len(found), MOST_FINALISTS, affordable // LEAST_REPEATS)
    if finalists < min(2, len(found)):
        return FinalistsPlan(why="the time is too short to train the best few again")
    numbers = tuple(trial.number for trial in found[:finalists])
    return FinalistsPlan(numbers, min(MOST_REPEATS, affordable // finalists))


def seconds_allowed(searched: float) -> float:
    """Returns what finalists may take after so many seconds of search: `SHARE` of both together."""
    return SHARE / (1.0 - SHARE) * searched
