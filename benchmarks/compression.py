"""What every recipe costs and brings, on five models of the shipped spaces.

    python benchmarks/compression.py --data FOLDER [--case digits ...] [--recipe NAME ...]
        [--epochs N] [--seed 0] [--keep FOLDER]

For each case the first guess of a space is trained once, as `automl search
--trials 1` does it, and `Run.compress` tries every registered recipe on it. Each
file is run by LiteRT on the validation examples: the metric, bytes, gzipped bytes,
milliseconds, the interpreter's arena, and what the recipe's own training took.
A recipe that does not apply is a row that says why. Rows are written as soon as
a case is done; other cases in the result file stay.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from first_guess_data import load
from machine import RESULTS, write_result

import automl
from automl.compression.ladder_rows import ladder_of
from automl.registry import EXPORTERS, RECIPES
from automl.run import Run

NAME = "compression"


@dataclass(frozen=True)
class Case:
    """One data set and space.

    Attributes:
        data: Name of the data set, as of `first_guess_data`.
        space: The space whose first guess is trained.
        epochs: Epochs of that training; recipes take shares of them.
        options: Further options of `automl.search`.
    """

    data: str
    space: str
    epochs: int
    options: dict[str, Any] = field(default_factory=dict)


CASES = {
    "digits-cnn": Case("digits", "cnn", 30),
    "mnist-cnn": Case("mnist", "cnn", 12),
    "subj-gru": Case("subj", "rnn", 4, {"input": "tokens", "choices": {"cell": ["gru"]}}),
    "subj-transformer": Case("subj", "transformer", 6, {"input": "tokens"}),
    "BasicMotions-tcn": Case("BasicMotions", "tcn", 60, {"input": "series"}),
}


def run_case(
    case: Case, folder: Path, data: Path | None, recipes: tuple[str, ...], epochs: int, seed: int
) -> dict[str, Any]:
    """Trains one model, tries the recipes on it, and returns the rows."""
    run = trained(case, folder, data, epochs or case.epochs, seed)
    run.compress(*recipes, prefer="size")
    (trial,) = [each for each in run.trials if each.score is not None]
    return {
        "space": case.space,
        "epochs": trial.epochs,
        "parameters": trial.measures.params if trial.measures else None,
        "training_seconds": round(trial.seconds, 1),
        "validation_examples": run.data.counts["validation"] if run.data else None,
        "metric": run.metric,
        "choice": run.choice.reason if run.choice else "",
        "rows": [row.to_dict() for row in ladder_of(run)],
    }


def trained(case: Case, folder: Path, data: Path | None, epochs: int, seed: int) -> Run:
    """Returns a finished search of one trial; the same folder is not searched again."""
    given = load(case.data, data)
    (x, y), validation, test = given.train, given.validation, given.test
    return automl.search(
        (x, y),
        validation=validation,
        test=test,
        space=case.space,
        trials=1,
        epochs=epochs,
        oracle="random",
        finalists=0,
        compress="float32",
        export="tflite",
        seed=seed,
        out=str(folder),
        **case.options,
    )


def table(name: str, found: dict[str, Any]) -> str:
    """Returns a case as the table of a page."""
    lines = [
        f"\n### {name}: {found['parameters']:,} parameters, {found['validation_examples']:,}"
        f" validation examples, {found['training_seconds']:.0f} s of training\n",
        f"| recipe | {found['metric']} | bytes | gzipped | ms | arena | own training | outcome |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        figures = (
            ("" if row["quality"] is None else f"{row['quality']:.4f}"),
            *(f"{row[key]:,}" if row[key] else "" for key in ("size", "gzip_size")),
            ("" if row["latency_ms"] is None else f"{row['latency_ms']:.4f}"),
            (f"{row['ram']:,}" if row["ram"] else ""),
            (f"{row['seconds']:.0f} s" if row["seconds"] else ""),
        )
        lines.append(f"| `{row['recipe']}` | {' | '.join(figures)} | {row['words']} |")
    return "\n".join(lines)


def earlier() -> dict[str, Any]:
    """Returns the cases in the result file."""
    path = RESULTS / f"{NAME}.json"
    if not path.is_file():
        return {}
    cases: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return cases


def main() -> None:
    """Runs the cases that were asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the data sets' files")
    parser.add_argument("--case", action="append", choices=CASES, help="[default: all]")
    parser.add_argument("--recipe", action="append", help="[default: every registered one]")
    parser.add_argument("--epochs", type=int, default=0, help="[default: each case's own]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="keep the runs in this folder")
    given = parser.parse_args()
    held = EXPORTERS.get("tflite").holds
    recipes = tuple(given.recipe or [name for name in RECIPES.names() if held(RECIPES.get(name))])
    with tempfile.TemporaryDirectory() as temporary:
        for name in given.case or CASES:
            folder = (given.keep or Path(temporary)) / name
            found = run_case(CASES[name], folder, given.data, recipes, given.epochs, given.seed)
            write_result(NAME, {"seed": given.seed, "cases": earlier() | {name: found}})
            print(table(name, found), flush=True)


if __name__ == "__main__":
    main()
