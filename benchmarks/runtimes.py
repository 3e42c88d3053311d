"""Do float32 files of every layer and space compute what Keras computes, on every runtime?

    python benchmarks/runtimes.py [--points 5] [--runtimes litert,tfjs-cpu,...] [--keep FILE]

Each layer of `automl.testing.layers`, with random weights, and so many random
points of each space are written as .tflite and TF.js and run by LiteRT, by TF.js
in Node.js (cpu, wasm) and by TF.js in headless Chromium (webgl drawn by the
processor). Told is the largest difference from Keras on 3 examples (32 of a point
of a space), absolute for outputs up to 1 and relative to the largest above.
With --keep, outcomes are appended to FILE as they come, and a second start goes
on from there. The exit code is 1 if one is over 1e-4.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from machine import write_result
from rich.console import Console
from rich.progress import track
from rich.table import Table

from automl.compression.recipes import FLOAT32
from automl.errors import AutomlError
from automl.registry import EXPORTERS, RUNTIMES
from automl.testing.differences import difference
from automl.testing.exactness import outputs_in_64_bits
from automl.testing.layers import LAYER_CASES
from automl.testing.points import EXACT, OVER_KERAS
from automl.testing.sweep import points_of
from search_spaces import SPACES
from search_spaces.testing.cases import Case, offline_space
from search_spaces.testing.checks import answers
from search_spaces.testing.inputs import batch
from search_spaces.testing.settling import settle

OUT = Console()
#: Runtime -> format of the files it runs here.
FORMATS = {
    "litert": "tflite",
    "tfjs-cpu": "tfjs",
    "tfjs-wasm": "tfjs",
    "tfjs-chromium-webgl": "tfjs",
}
EXAMPLES = 32


@dataclass(frozen=True)
class Subject:
    """A model that is measured.

    Attributes:
        name: Unique.
        group: ``"layer"``, or the space.
        model: With weights that hide nothing.
        inputs: Examples x shape.
        refused_by: Formats that are known not to hold it.
    """

    name: str
    group: str
    model: Any
    inputs: Any
    refused_by: frozenset[str] = frozenset()


def layer(case: Any) -> Subject:
    """Returns the model of one layer."""
    return Subject(
        case.name, "layer", case.model(), case.examples().astype(case.dtype), case.refused_by
    )


def point(name: str, found: Any) -> Subject:
    """Returns a random model of a space, its weights as training leaves them."""
    space = offline_space(found.space, Case.parse(found.case).signature)
    inputs = batch(space.signature, EXAMPLES, seed=1)[0]
    model = space.build_from(found.values)
    # What an applications network would bring is stood in for by random weights.
    settle(model, inputs, last=not getattr(space, "offline_plan", None))
    return Subject(name, found.space, model, inputs, frozenset(space.unsupported(found.values)))


def measured(subject: Subject, runtimes: list[str]) -> dict[str, Any]:
    """Returns the difference of each runtime, or why there is none."""
    expected = np.asarray(answers(subject.model, subject.inputs))
    record: dict[str, Any] = {"name": subject.name, "group": subject.group, "errors": {}}
    with tempfile.TemporaryDirectory() as folder:
        for format_ in dict.fromkeys(FORMATS[name] for name in runtimes):
            if format_ in subject.refused_by:
                record.setdefault("declared", []).append(format_)
                continue
            home = Path(folder) / format_
            home.mkdir()
            mine = [name for name in runtimes if FORMATS[name] == format_]
            try:
                path = EXPORTERS.get(format_)().export(subject.model, FLOAT32, home, subject.inputs)
                for name in mine:
                    outputs = RUNTIMES.get(name)().run(path, subject.inputs).outputs
                    record["errors"][name] = off(subject, outputs, expected)
            except AutomlError as error:
                record.setdefault("failures", {})[format_] = str(error)
    return record


def off(subject: Subject, outputs: Any, expected: Any) -> float:
    """Returns a difference; from exact arithmetic, where Keras itself is off from that as far."""
    error = float(difference(outputs, expected))
    if error <= EXACT or subject.group == "layer":
        return error
    exact = outputs_in_64_bits(subject.model, subject.inputs)
    own, mine = float(difference(expected, exact)), float(difference(outputs, exact))
    return min(error, EXACT) if mine <= OVER_KERAS * own else mine


def subjects(points: int, known: set[str]) -> Iterator[Subject]:
    """Makes the models, one after the other, that are not known yet."""
    for case in LAYER_CASES:
        if case.name not in known:
            yield layer(case)
    drawn = {name: list(points_of(name, points)) for name in SPACES.names()}
    for number in range(points):
        for space, found in drawn.items():
            name = f"{space} {found[number].case} seed {found[number].seed}"
            if name not in known:
                keras.backend.clear_session()
                yield point(name, found[number])


def main() -> int:
    """Measures, prints and writes; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=5, help="of each space")
    parser.add_argument("--runtimes", default=",".join(FORMATS))
    parser.add_argument("--keep", type=Path, metavar="FILE")
    options = parser.parse_args()
    runtimes = options.runtimes.split(",")
    for name in runtimes:
        if reason := RUNTIMES.get(name)().missing():
            parser.error(f"{name}: {reason}")
    kept: list[dict[str, Any]] = []
    if options.keep and options.keep.exists():
        kept = [json.loads(line) for line in options.keep.read_text().splitlines()]
    total = len(LAYER_CASES) + options.points * len(SPACES.names()) - len(kept)
    for subject in track(
        subjects(options.points, {each["name"] for each in kept}),
        total=total,
        console=Console(stderr=True),
    ):
        record = measured(subject, runtimes)
        kept.append(record)
        if options.keep:
            with options.keep.open("a") as lines:
                lines.write(json.dumps(record) + "\n")
    return report(kept, runtimes)


def report(records: list[dict[str, Any]], runtimes: list[str]) -> int:
    """Prints a table and the failures; returns the exit code."""
    table = Table(box=None, header_style="bold")
    for name in ("", "models", *runtimes):
        table.add_column(name, justify="left" if not name else "right")
    summary: dict[str, Any] = {}
    for group in dict.fromkeys(record["group"] for record in records):
        mine = [record for record in records if record["group"] == group]
        row = {}
        for runtime in runtimes:
            errors = [r["errors"][runtime] for r in mine if runtime in r["errors"]]
            row[runtime] = {
                "run": len(errors),
                "within": sum(error <= EXACT for error in errors),
                "largest": max(errors, default=None),
                "median": statistics.median(errors) if errors else None,
            }
        summary[group] = {"models": len(mine), **row}
        cells = [
            f"{row[r]['within']}/{row[r]['run']} {row[r]['largest']:.1e}" if row[r]["run"] else "-"
            for r in runtimes
        ]
        table.add_row(group, str(len(mine)), *cells)
    OUT.print(table)
    bad = [
        record
        for record in records
        if record.get("failures") or any(error > EXACT for error in record["errors"].values())
    ]
    for record in bad:
        OUT.print(json.dumps(record), markup=False, highlight=False)
    declared = {r["name"]: r["declared"] for r in records if r.get("declared")}
    path = write_result("runtimes", {"summary": summary, "declared": declared, "models": records})
    OUT.print(str(path))
    return int(bool(bad))


if __name__ == "__main__":
    raise SystemExit(main())
