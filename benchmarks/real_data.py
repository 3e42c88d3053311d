"""What does `automl search DATA --time 5m` and nothing else ship, beside a linear model?

    python benchmarks/real_data.py --data FOLDER [--time 5m] [--seeds 0] [--only NAME ...]

FOLDER holds ``mnist_png_subset.tar.gz`` (class folders of PNG under train and
test), ``subj.all.gz`` (a sentence a line, its label first) and ``ucr3.tar.gz``
(``NAME_TRAIN.ts``, ``NAME_TEST.ts``); without it, only the sets that ship inside
scikit-learn are run. The linear model (logistic regression, on tf-idf for text;
ridge regression with its penalty by cross-validation) learns from the very
training split of the run and is judged on its test split, which the search used
once. A difference is paired over test examples, with its standard error.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import write_result
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from automl.data.kept import read_split
from automl.registry import RUNTIMES
from automl.run import Run

BUILT_IN = ("breast_cancer", "diabetes")
SERIES = ("BasicMotions", "JapaneseVowels", "ItalyPowerDemand")
NAMES = ("mnist", "subj", *SERIES, *BUILT_IN)


def placed(name: str, source: Path, home: Path) -> str:
    """Unpacks a set into a folder and returns what DATA is."""
    if name in BUILT_IN:
        return name
    if name == "mnist":
        with tarfile.open(source / "mnist_png_subset.tar.gz") as archive:
            archive.extractall(home, filter="data")
        return str(next(path.parent for path in home.rglob("train")))
    if name == "subj":
        text = gzip.decompress((source / "subj.all.gz").read_bytes()).decode("latin-1")
        file = home / "subj.txt"
        # Other line breaks stand inside sentences.
        lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(file)
    with tarfile.open(source / "ucr3.tar.gz") as archive:
        archive.extractall(home, filter="data")
    return str(next(home.rglob(f"{name}_TRAIN.ts")))


def searched(data: str, seconds: str, seed: int, out: Path) -> dict[str, Any]:
    """Runs the command and returns what it prints, with its own time."""
    began = time.time()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "automl_cli", "search", data, "--time", seconds),
            *("--seed", str(seed), "--out", str(out), "--json", "--quiet"),
            *("--no-learn", "--fresh"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 4):
        raise RuntimeError(done.stderr)
    record: dict[str, Any] = json.loads(done.stdout)
    return record | {"command_seconds": time.time() - began}


def linear(run: Run, *, classes: bool) -> tuple[np.ndarray, np.ndarray]:
    """Returns what a linear model says of the test split, and the truth."""
    (x, y), (x_test, y_test) = read_split(run.folder, "train"), read_split(run.folder, "test")
    tokens = np.asarray(x[:1]).dtype.kind == "i"
    if tokens:
        size = 1 + max(int(np.asarray(part[:]).max()) for part in (x, x_test))
        x, x_test = (_counts(np.asarray(part[:]), size) for part in (x, x_test))
        model = make_pipeline(TfidfTransformer(), LogisticRegression(max_iter=2000))
    else:
        x, x_test = (
            np.nan_to_num(np.asarray(part[:], "float64").reshape(len(part), -1))
            for part in (x, x_test)
        )
        last = LogisticRegression(max_iter=2000) if classes else RidgeCV(np.logspace(-2, 4, 25))
        model = make_pipeline(StandardScaler(), last)
    y, y_test = np.asarray(y[:]), np.asarray(y_test[:])
    model.fit(x, y.reshape(len(y)) if classes else y)
    return np.asarray(model.predict(x_test)).reshape(len(y_test), -1), y_test


def _counts(tokens: np.ndarray, size: int) -> Any:
    from scipy.sparse import csr_matrix

    rows = np.repeat(np.arange(len(tokens)), tokens.shape[1])
    counted = csr_matrix((np.ones(tokens.size), (rows, tokens.ravel())), (len(tokens), size))
    counted[:, 0] = 0  # Padding.
    return counted


def compared(out: Path) -> dict[str, Any]:
    """Returns the shipped file's figure on test data, the linear model's, and how they differ."""
    run = Run(out)
    classes = run.fact("task") == "classification"
    artifact = run.artifact
    assert artifact is not None and artifact.format == "tflite", "nothing was shipped"
    x_test, _ = read_split(out, "test")
    outputs = RUNTIMES.get("litert")().run(out / artifact.path, x_test).outputs
    guessed, truth = linear(run, classes=classes)
    if classes:
        mine = (outputs.argmax(-1) == truth).astype(float)
        theirs = (guessed.ravel() == truth).astype(float)
        figures = {"accuracy": mine.mean(), "linear": theirs.mean()}
        paired = mine - theirs
    else:
        mine, theirs = ((given.ravel() - truth.ravel()) ** 2 for given in (outputs, guessed))
        figures = {"rmse": mine.mean() ** 0.5, "linear": theirs.mean() ** 0.5}
        # Of roots, to first order: a difference of squares over twice the root.
        paired = (mine - theirs) / (2 * theirs.mean() ** 0.5)
    error = paired.std(ddof=1) / len(paired) ** 0.5
    return {
        **{name: float(value) for name, value in figures.items()},
        "difference": float(paired.mean()),
        "error": float(error),
        "recipe": artifact.recipe,
        "bytes": artifact.size,
        "trials": sum(trial.state == "completed" for trial in run.trials),
    }


def main() -> None:
    """Runs every set for every seed and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--time", default="5m")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--only", nargs="+", choices=NAMES)
    parser.add_argument("--result", default="real_data", help="name of the JSON file")
    options = parser.parse_args()
    names = options.only or (NAMES if options.data else BUILT_IN)
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            data = placed(name, options.data or Path(), home)
            for seed in options.seeds:
                out = home / f"run_{seed}"
                record = searched(data, options.time, seed, out)
                found = compared(out) | {
                    "seed": seed,
                    "seconds": record["command_seconds"],
                }
                results[name].append(found)
                shutil.rmtree(out)
                print(name, json.dumps(found))
        differences = [each["difference"] for each in results[name]]
        print(f"{name}: mean difference from a linear model {statistics.mean(differences):+.4f}")
    record = {"time": options.time, "results": results}
    print(write_result(options.result, record))


if __name__ == "__main__":
    main()
