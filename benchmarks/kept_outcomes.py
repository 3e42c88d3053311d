"""Outcomes of a sweep, kept in a file of JSON lines as they come."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from automl.testing.sweep import Outcome, Point

ROOT = Path(__file__).parent.parent
#: Checks that leave the model as the later ones find it.
BEFORE = ("build", "step")
#: What a sweep is about; how it is checked may change.
MEASURED = ("automl", "search_spaces", ":!automl/testing", ":!search_spaces/testing")


class KeptOutcomes:
    """What is known of points, so that a sweep can be interrupted and taken up again.

    Args:
        path: A file to read, if it is there, and to append to; None keeps nothing
            beyond this process.
        again: Checks whose earlier results do not count.
    """

    def __init__(self, path: Path | None, again: Collection[str] = ()) -> None:
        self._path = path
        self._known: dict[str, Outcome] = {}
        self._commits: dict[str, str] = {}
        self._commit = commit()
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._read(json.loads(line), again)

    def missing(self, point: Point, checks: Iterable[str]) -> tuple[str, ...]:
        """Returns the checks that the point has not passed yet, and those that they build on."""
        known = self._known.get(_key(point))
        done = {*known.passed, *known.spared} if known else set()
        left = set(checks) - done
        return tuple(check for check in checks if check in left or (left and check in BEFORE))

    def add(self, outcome: Outcome) -> None:
        """Writes down what came of a point's missing checks."""
        self._merge(outcome, self._commit)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(outcome.to_dict() | {"commit": self._commit}) + "\n")

    def outcomes(self, points: Iterable[Point]) -> list[Outcome]:
        """Returns what is known of those of the points that were checked."""
        return [self._known[_key(point)] for point in points if _key(point) in self._known]

    def commits(self, points: Iterable[Point]) -> dict[str, int]:
        """Returns how many of the points were last checked at each commit."""
        keys = map(_key, points)
        return dict(Counter(self._commits[key] for key in keys if key in self._commits))

    def _read(self, entry: dict[str, Any], again: Collection[str]) -> None:
        written = entry.pop("commit")
        named = {each.name for each in fields(Outcome)}
        outcome = Outcome(**{k: v for k, v in entry.items() if k in named})
        outcome.point = Point(**entry["point"])
        self._merge(_without(outcome, again), written)

    def _merge(self, outcome: Outcome, written: str) -> None:
        key = _key(outcome.point)
        known = self._known.get(key)
        if known is not None:
            checks = {*outcome.problems, *outcome.passed, *outcome.spared}
            outcome = _joined(_without(known, checks), outcome)
        self._known[key], self._commits[key] = outcome, written


def commit() -> str:
    """Returns the commit that is checked out, with a + if what is measured differs from it."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--", *MEASURED)
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + ("+" if changed else "")


def _key(point: Point) -> str:
    # Another version of a space may draw other values with the same seed.
    return json.dumps([point.space, point.case, point.seed, point.values], sort_keys=True)


def _without(outcome: Outcome, checks: Collection[str]) -> Outcome:
    def rest(known: dict[str, Any]) -> dict[str, Any]:
        # "int8 over rounding" is a measure of the check "int8".
        return {name: value for name, value in known.items() if name.split()[0] not in checks}

    return Outcome(
        outcome.point,
        rest(outcome.problems),
        outcome.declared,
        [check for check in outcome.passed if check not in checks],
        [check for check in outcome.spared if check not in checks],
        rest(outcome.errors),
        rest(outcome.seconds),
        outcome.parameters,
    )


def _joined(old: Outcome, new: Outcome) -> Outcome:
    return Outcome(
        new.point,
        old.problems | new.problems,
        new.declared,
        old.passed + new.passed,
        old.spared + new.spared,
        old.errors | new.errors,
        old.seconds | new.seconds,
        new.parameters or old.parameters,
    )
