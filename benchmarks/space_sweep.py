"""Does every point of every space build, train, save and ship?

    python benchmarks/space_sweep.py [--space cnn ...] [--kind "image 28x28x1" ...]
                                     [--samples 60] [--seed 0] [--checks build,step,...]
                                     [--workers 2] [--keep FILE]

Random configurations of each registered space are drawn for each input it
accepts and checked (`automl.testing.points` says how): built twice alike,
trained one step, saved and loaded, written as .tflite in every recipe and as
TF.js, run there and on JAX, and gated as a search gates a candidate. What a
space declares it cannot ship is counted and not tried. Prints every failure
with the command that repeats it; the exit code is 1 if there is one.

With --keep, outcomes are appended to FILE as they come. Started again with the
same file, it checks what is missing there and what failed: an interrupted sweep
goes on, and after a fix only the failures are repeated.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from itertools import zip_longest
from pathlib import Path
from statistics import mean
from typing import Any

from kept_outcomes import KeptOutcomes
from machine import write_result
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from automl.testing.sweep import ALL_CHECKS, GROUPS, Outcome, Point, check_points, points_of
from search_spaces import SPACES

OUT = Console()


def main() -> int:
    """Sweeps, prints and writes; returns the exit code."""
    options = _options()
    points = _points(options)
    kept = KeptOutcomes(options.keep, options.again)
    began = time.perf_counter()
    complete = _check(points, kept, options)
    seconds = time.perf_counter() - began
    outcomes = kept.outcomes(points)
    _print_failures(outcomes)
    _print_summary(outcomes)
    OUT.print(f"{len(outcomes)} of {len(points)} points known after {seconds:.0f} s")
    if not complete:
        return 130
    if not options.no_result:
        record = _record(outcomes, options) | {"commits": kept.commits(points)}
        OUT.print(str(write_result("space_sweep", record)))
    return int(any(outcome.problems for outcome in outcomes))


def _points(options: Any) -> list[Point]:
    """Draws the points, the spaces in turn: what is known early is of all of them."""
    drawn = (points_of(name, options.samples, options.seed, options.kind) for name in options.space)
    return [point for row in zip_longest(*drawn) for point in row if point is not None]


def _options() -> Any:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--space", action="append", help="every registered one, and auto")
    parser.add_argument("--kind", action="append", default=[], help="every accepted one")
    parser.add_argument("--samples", type=int, default=60, help="for each space")
    parser.add_argument("--seed", type=int, default=0, help="of the first sample")
    parser.add_argument("--checks", default=",".join(ALL_CHECKS))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="outcomes, to go on from")
    parser.add_argument("--again", default="", help="checks to repeat although FILE has them")
    parser.add_argument("--no-result", action="store_true", help="write no JSON")
    options = parser.parse_args()
    options.space = options.space or [*SPACES.names(), "auto"]
    options.checks, options.again = _expanded(options.checks), _expanded(options.again)
    unknown = sorted({*options.checks, *options.again} - set(ALL_CHECKS))
    if unknown:
        parser.error(f"unknown checks {unknown}; known: {', '.join([*ALL_CHECKS, *GROUPS])}")
    return options


def _expanded(checks: str) -> list[str]:
    asked = [name for name in checks.split(",") if name]
    return [one for name in asked for one in GROUPS.get(name, (name,))]


def _check(points: list[Point], kept: KeptOutcomes, options: Any) -> bool:
    """Checks what is missing; returns whether nothing is, in the end."""
    groups: dict[tuple[str, ...], list[Point]] = defaultdict(list)
    for point in points:
        if missing := kept.missing(point, options.checks):
            groups[missing].append(point)
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        TimeRemainingColumn(),
    )
    with (
        tempfile.TemporaryDirectory(prefix="space-sweep-") as folder,
        Progress(*columns, console=OUT) as progress,
    ):
        task = progress.add_task("sweeping", total=sum(map(len, groups.values())))

        def tell(outcome: Outcome) -> None:
            kept.add(outcome)
            progress.advance(task)
            for check, problem in outcome.problems.items():
                where = f"{outcome.point.space} [{outcome.point.case}]"
                OUT.print(f"{where} {check}: {problem[:300]}", markup=False, highlight=False)
                OUT.print(f"  {outcome.point.command}", markup=False, highlight=False)

        try:
            for number, (checks, group) in enumerate(groups.items()):
                home = Path(folder) / str(number)
                home.mkdir()
                check_points(group, home, checks, options.workers, tell)
        except KeyboardInterrupt:
            return False
    return True


def _print_failures(outcomes: list[Outcome]) -> None:
    """Prints a row for each space, block and check that failed, and what failures share."""
    count: Counter[tuple[str, str, str]] = Counter()
    of: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        for block in outcome.point.blocks or ("-",):
            of[outcome.point.space, block] += 1
            for check in outcome.problems:
                count[outcome.point.space, block, check] += 1
    if not count:
        OUT.print("No failures.")
        return
    table = Table(
        "space", "block", "check", "failed", "of", "what failures share", title="Failures"
    )
    for (space, block, check), number in sorted(count.items()):
        shared = _suspects(outcomes, space, check)
        table.add_row(space, block, check, str(number), str(of[space, block]), shared)
    OUT.print(table)


def _suspects(outcomes: list[Outcome], space: str, check: str) -> str:
    """Returns the options that failures have and passes lack, the most telling first."""
    bad, good = Counter[str](), Counter[str]()
    failures = passes = 0
    for outcome in outcomes:
        if outcome.point.space != space:
            continue
        options = {f"{k.rsplit('/', 1)[-1]}={v}" for k, v in outcome.point.values.items()}
        options.add(f"on {outcome.point.case}")
        if check in outcome.problems:
            failures += 1
            bad.update(options)
        elif check in outcome.passed:
            passes += 1
            good.update(options)
    lift = {
        option: number / failures - good[option] / max(1, passes) for option, number in bad.items()
    }
    best = sorted(lift, key=lambda option: -lift[option])[:3]
    return ", ".join(f"{option} ({bad[option]}/{failures})" for option in best)


def _print_summary(outcomes: list[Outcome]) -> None:
    """Prints for each space how many points pass each check."""
    table = Table("space", "points", *ALL_CHECKS, title="Passed / tried (d: declared)")
    for name, row in _summary(outcomes).items():
        cells = []
        for check in ALL_CHECKS:
            each = row["checks"][check]
            declared = f" {each['declared']}d" if each["declared"] else ""
            cells.append(f"{each['passed']}/{each['passed'] + each['failed']}{declared}")
        table.add_row(name, str(row["points"]), *cells)
    OUT.print(table)
    gates = _gate_seconds(outcomes)
    if gates:
        OUT.print(f"to build and gate a candidate of 28x28: {mean(gates):.2f} s on average")
    taken: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for check, seconds in outcome.seconds.items():
            taken[check].append(seconds)
    OUT.print("mean seconds: " + "  ".join(f"{k} {mean(v):.2f}" for k, v in taken.items()))


def _summary(outcomes: list[Outcome]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name in dict.fromkeys(outcome.point.space for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.point.space == name]
        rows[name] = {
            "points": len(mine),
            "checks": {
                check: {
                    "passed": sum(check in each.passed for each in mine),
                    "failed": sum(check in each.problems for each in mine),
                    "declared": sum(check in each.spared for each in mine),
                }
                for check in ALL_CHECKS
            },
            "largest_error": _largest_errors(mine),
            "declared": dict(
                Counter(
                    f"{target}: {reason}"
                    for each in mine
                    for target, reason in each.declared.items()
                )
            ),
        }
    return rows


def _largest_errors(outcomes: list[Outcome]) -> dict[str, float]:
    largest: dict[str, float] = {}
    for outcome in outcomes:
        for name, error in outcome.errors.items():
            largest[name] = max(error, largest.get(name, 0.0))
    return largest


def _gate_seconds(outcomes: list[Outcome]) -> list[float]:
    return [
        outcome.seconds["gate"]
        for outcome in outcomes
        if "28x28" in outcome.point.case and "gate" in outcome.seconds
    ]


def _record(outcomes: list[Outcome], options: Any) -> dict[str, Any]:
    gates = _gate_seconds(outcomes)
    return {
        "samples": options.samples,
        "seed": options.seed,
        "checks": options.checks,
        "workers": options.workers,
        "seconds": sum(sum(outcome.seconds.values()) for outcome in outcomes),
        "gate_seconds_28x28": mean(gates) if gates else None,
        "spaces": _summary(outcomes),
        "failures": [outcome.to_dict() for outcome in outcomes if outcome.problems],
    }


if __name__ == "__main__":
    sys.exit(main())
