"""How a model's training steps are run, chosen by measure: XLA or not, steps in one call.

XLA costs seconds of compiling a model and gains up to half of a step's time, or loses
some; which it is depends on model, device and data. Two short trainings of the real model
tell, and the seconds of all that is planned decide, those of compiling among them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from automl.units import format_duration

#: Calls of each way that are timed, after the first one, which compiles.
CALLS = 3
#: Steps of a call at most while it is timed: a whole epoch would take too long.
LONGEST = 32
#: A way is preferred to plain steps if it saves this share of the time: less is noise.
WORTH = 0.05


@dataclass(frozen=True)
class Timing:
    """What one way of stepping was measured to take.

    Attributes:
        jit: Whether XLA compiles the steps.
        steps: Steps in one call into the runtime.
        first: Seconds of the first call, which traces and compiles.
        step: Seconds of a step afterwards.
    """

    jit: bool
    steps: int
    first: float
    step: float

    def total(self, count: int) -> float:
        """Returns the seconds of `count` steps, compiling included."""
        return self.first + self.step * max(0, count - self.steps)


@dataclass(frozen=True)
class Stepping:
    """How trials of a kind are stepped.

    Attributes:
        kind: The kind of model.
        jit: Whether XLA compiles the steps.
        whole: Whether a call takes as many steps as the learning rate allows; one
            step if not.
        timings: What was measured.
        planned: Steps of the training that it was decided for.
    """

    kind: str
    jit: bool
    whole: bool
    timings: tuple[Timing, ...]
    planned: int

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Stepping:
        """Builds the record that `to_dict` wrote."""
        timings = tuple(Timing(**each) for each in record["timings"])
        return cls(record["kind"], record["jit"], record["whole"], timings, record["planned"])

    @property
    def note(self) -> str:
        """The decision with its numbers, in one line."""
        told = "; ".join(
            f"{'XLA' if each.jit else 'no XLA'}, {each.steps} step(s) a call:"
            f" {format_duration(each.first)} to compile, {each.step * 1e3:.2f} ms a step"
            for each in self.timings
        )
        how = f"{'with' if self.jit else 'without'} XLA"
        return (
            f"Trials of {self.kind} are trained {how}, {'many steps' if self.whole else 'one step'}"
            f" a call, as that is fastest for {self.planned:,} steps ({told})."
        )


def choose_stepping(kind: str, timings: Iterable[Timing], planned: int) -> Stepping:
    """Decides by the seconds of all the steps that are planned.

    Args:
        kind: The kind of model.
        timings: What was measured; without XLA first.
        planned: Steps of a whole training.
    """
    found = tuple(timings)
    plain, best = found[0], min(found, key=lambda each: each.total(planned))
    if best.total(planned) > (1 - WORTH) * plain.total(planned):
        best = plain
    return Stepping(kind, best.jit, best.steps > 1, found, planned)


def measure_stepping(
    kind: str,
    try_steps: Callable[[bool, int, int], list[float]],
    steps: int,
    planned: int,
    *,
    xla: bool = True,
) -> Stepping:
    """Times a model's steps each way and decides.

    Args:
        kind: The kind of model.
        try_steps: Takes whether XLA compiles, steps of a call, and a number of calls;
            trains so far and returns the seconds of each call.
        steps: Steps that one call may take.
        planned: Steps of a whole training.
        xla: Whether there is a choice of XLA: on JAX everything is compiled by it.
    """
    many = max(1, min(steps, LONGEST))
    timings = [_timed(try_steps, jit, many) for jit in ((False, True) if xla else (True,))]
    if many > 1:
        # With that settled: a long call saves returns to Python, a short one waits less.
        best = min(timings, key=lambda each: each.total(planned))
        timings.append(_timed(try_steps, best.jit, 1))
    return choose_stepping(kind, timings, planned)


def _timed(try_steps: Callable[[bool, int, int], list[float]], jit: bool, steps: int) -> Timing:
    first, *later = try_steps(jit, steps, 1 + CALLS * max(1, math.isqrt(LONGEST // steps)))
    return Timing(jit, steps, first, statistics.median(later) / steps)


def kind_of(space: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Returns the kind of model that a configuration stands for: the space it is of.

    Args:
        space: As of `automl.execution.context.space_spec`.
        values: Hyperparameters.
    """
    names = [each if isinstance(each, str) else str(each.get("name")) for each in space["entries"]]
    return names[0] if len(names) == 1 else str(values.get("space", "+".join(names)))
