"""Many points of many spaces, checked in worker processes.

Sample number i of a space is drawn with seed ``first + i`` for its case number i,
in turn, so that one failure can be repeated alone.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from automl.execution.base import EventKind, JobEvent
from automl.execution.places import Place
from automl.execution.processes import ProcessExecutor
from automl.testing.points import CHECKS
from search_spaces.narrowing import last_part
from search_spaces.testing.cases import Case, cases_by_name, offline_space

#: Every check, in the order they run.
ALL_CHECKS = tuple(CHECKS)
#: Short name of several checks.
GROUPS = {"tflite": ("float32", "float16", "dynamic_int8")}
#: Last parts of the hyperparameters that name what a model is made of.
_PARTS = ("block", "encoder", "layout")
_POINT_JOB = "automl.testing.points"
_JAX_JOB = "automl.testing.jax_points"
#: How many workers leave as much as one process with JAX can run.
_WORKERS_OF_A_JAX = 3


@dataclass(frozen=True)
class Point:
    """One configuration of one space on one problem.

    Attributes:
        space: Registered name, import path or ``"auto"``.
        case: What `search_spaces.testing.Case.parse` reads.
        seed: What its values are drawn with.
        values: The values, in canonical form.
    """

    space: str
    case: str
    seed: int
    values: dict[str, Any] = field(hash=False)

    @property
    def blocks(self) -> tuple[str, ...]:
        """Names of the blocks it is made of; of a space of one kind of block, the space's."""
        names = [str(v) for k, v in self.values.items() if last_part(k) in _PARTS]
        return tuple(dict.fromkeys(names)) or (str(self.values.get("space", self.space)),)

    @property
    def command(self) -> str:
        """The command that checks this point alone."""
        return (
            f"python benchmarks/space_sweep.py --space {self.space} --kind '{self.case}'"
            f" --samples 1 --seed {self.seed}"
        )


@dataclass
class Outcome:
    """A point and what came of it; the rest is as in `automl.testing.points.Report`."""

    point: Point
    problems: dict[str, str] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    errors: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    parameters: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary."""
        return asdict(self) | {"command": self.point.command}


def points_of(
    name: str,
    samples: int,
    seed: int = 0,
    kinds: Sequence[str] = (),
    shard: tuple[int, int] = (1, 1),
) -> Iterator[Point]:
    """Draws the points of a space, its cases in turn.

    Args:
        name: Registered name, import path or ``"auto"``.
        samples: How many there are in all shards together.
        seed: Of the first.
        kinds: Cases (as `Case.parse` reads them) to draw for, in place of all;
            those that the space does not accept are left out.
        shard: ``(index, count)``: of all points, every `count`-th, from number
            `index` on (from 1).
    """
    accepted = [str(case) for case in cases_by_name(name)]
    cases = [kind for kind in kinds or accepted if kind in accepted]
    spaces = {case: offline_space(name, Case.parse(case).signature) for case in cases}
    index, count = shard
    for number in range(index - 1, samples if cases else 0, count):
        case = cases[number % len(cases)]
        space = spaces[case]
        values = space.canonical(space.sample(seed + number))
        yield Point(name, case, seed + number, values)


def check_points(
    points: Iterable[Point],
    folder: Path,
    checks: Sequence[str] = ALL_CHECKS,
    workers: int = 1,
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Checks points in worker processes.

    A worker that dies is a problem of the check it was at; the point's other
    checks are run by its successor.

    Args:
        points: What to check.
        folder: Where the workers keep their files.
        checks: Of `ALL_CHECKS`.
        workers: Processes, beside a third as many with JAX where ``"jax"`` is asked for.
        tell: Called with each outcome, as soon as it is complete.

    Returns:
        The outcomes, in the order of the points.
    """
    return _Sweep(list(points), folder, checks, tell).run(workers)


class _Sweep:
    def __init__(
        self,
        points: list[Point],
        folder: Path,
        checks: Sequence[str],
        tell: Callable[[Outcome], None],
    ) -> None:
        self._outcomes = [Outcome(point) for point in points]
        self._checks = [check for check in ALL_CHECKS if check in checks]
        self._folder, self._tell = folder, tell
        self._jobs: dict[int, tuple[int, list[str]]] = {}
        self._at: dict[int, dict[str, Any]] = {}
        self._jax_jobs: dict[int, int] = {}
        self._left: deque[int] = deque(range(len(points)))

    def run(self, workers: int) -> list[Outcome]:
        with ExitStack() as stack:
            executor = stack.enter_context(ProcessExecutor(self._folder, [Place()] * workers))
            jax = self._jax_executor(stack, -(-workers // _WORKERS_OF_A_JAX))
            for _ in range(workers):
                self._next(executor)
            while self._jobs or self._jax_jobs:
                if self._jobs:
                    event = executor.next_event(timeout=0.2 if self._jax_jobs else None)
                    if event is not None:
                        self._heard(event, executor, jax)
                if jax is not None and self._jax_jobs:
                    said = jax.next_event(timeout=0.0 if self._jobs else None)
                    if said is not None:
                        self._heard_jax(said)
        return self._outcomes

    def _jax_executor(self, stack: ExitStack, workers: int) -> ProcessExecutor | None:
        if "jax" not in self._checks:
            return None
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        return stack.enter_context(ProcessExecutor(self._folder, [Place("jax")] * workers))

    def _next(self, executor: ProcessExecutor) -> None:
        if self._left:
            self._submit(executor, self._left.popleft(), self._checks)

    def _submit(self, executor: ProcessExecutor, number: int, checks: Sequence[str]) -> None:
        point = self._outcomes[number].point
        args = {
            "space": point.space,
            "case": point.case,
            "values": point.values,
            "checks": list(checks),
            "name": f"point-{number}",
        }
        self._jobs[executor.submit(_POINT_JOB, args)] = (number, list(checks))

    def _heard(
        self, event: JobEvent, executor: ProcessExecutor, jax: ProcessExecutor | None
    ) -> None:
        if event.kind is EventKind.PROGRESS:
            self._at[event.job] = event.result
            return
        number, checks = self._jobs.pop(event.job)
        outcome = self._outcomes[number]
        if event.kind is EventKind.DONE:
            self._at.pop(event.job, None)
            self._merge(outcome, event.result)
        else:
            said = self._at.pop(event.job, None)
            check = str(said["check"]) if said else checks[0]
            if said:
                self._merge(outcome, said["report"])
            outcome.problems[check] = event.result["message"]
            rest = checks[checks.index(check) + 1 :]
            if event.kind is EventKind.DIED and rest:
                self._submit(executor, number, rest)
                return
        self._next(executor)
        if "jax" in outcome.passed and jax is not None:
            outcome.passed.remove("jax")
            self._jax_jobs[jax.submit(_JAX_JOB, {"name": f"point-{number}"})] = number
        else:
            self._tell(outcome)

    def _merge(self, outcome: Outcome, report: dict[str, Any]) -> None:
        outcome.problems |= report["problems"]
        outcome.declared |= report["declared"]
        outcome.passed += report["passed"]
        outcome.spared += report["spared"]
        outcome.errors |= report["errors"]
        outcome.seconds |= report["seconds"]
        outcome.parameters = report["parameters"] or outcome.parameters

    def _heard_jax(self, event: JobEvent) -> None:
        if not event.final:
            return
        outcome = self._outcomes[self._jax_jobs.pop(event.job)]
        problem = event.result.get("problem", event.result.get("message", ""))
        if problem:
            outcome.problems["jax"] = problem
        else:
            outcome.passed.append("jax")
        outcome.errors["jax"] = event.result.get("error", float("nan"))
        outcome.seconds["jax"] = outcome.seconds.get("jax", 0.0) + event.result.get("seconds", 0.0)
        self._tell(outcome)
