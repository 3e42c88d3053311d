"""Our TF.js writer and the official converter on the same 30 models.

    python3.11 -m venv OFFICIAL
    OFFICIAL/bin/pip install "tensorflow-cpu==2.19.1" "numpy==1.26.4" "pandas<2.3" "packaging<24"
    OFFICIAL/bin/pip install --no-deps "tensorflowjs==4.22.0"
    OFFICIAL/bin/pip install tensorflow-hub "tf-keras==2.19.*" "jax<0.5" "flax<0.11"
    OFFICIAL/bin/pip install importlib_resources
    mkdir OFFICIAL/lib/python3.11/site-packages/tensorflow_decision_forests
    touch OFFICIAL/lib/python3.11/site-packages/tensorflow_decision_forests/__init__.py
    nice python benchmarks/export_vs_official.py OFFICIAL/bin/python [--keep FOLDER]

(The converter imports tensorflow_decision_forests, whose builds do not go together with any
TensorFlow that it can be installed with; it needs nothing of it for these models.)

Both get the same weights, ours the Keras model, the other the SavedModel that
`model.export` writes. Every file is run by TF.js in Node.js, on cpu and on wasm, and
compared with Keras; latencies are the median of single calls on wasm, the lower of
several runs in turn. The exit code is 1 if ours is worse in correctness anywhere, or
in the median of bytes or latencies.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from machine import write_result
from rich.console import Console
from rich.table import Table

OUT = Console()
HERE = Path(__file__).parent
#: Largest difference from Keras, as a share of the largest output, of a right file.
EXACT = 1e-4
BACKENDS = ("cpu", "wasm")


def main() -> int:
    """Makes, converts, runs and compares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("official", help="Python of the environment with the official converter")
    parser.add_argument("--keep", type=Path, help="folder for the files, which are else removed")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each file, in turn")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="export-vs-official-") as name:
        folder = options.keep or Path(name)
        folder.mkdir(exist_ok=True)
        references = make(folder)
        subprocess.run(
            [options.official, str(HERE / "official_converter.py"), str(folder)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "official.log").open("w"),
            env={"TF_CPP_MIN_LOG_LEVEL": "3", "PATH": "/usr/bin:/bin"},
        )
        official = json.loads((folder / "official.json").read_text(encoding="utf-8"))
        rows = [
            measured(folder, *each, official["reasons"], options.repeats) for each in references
        ]
    summary = summarized(rows)
    show(rows, summary)
    path = write_result(
        "export_vs_official", {"official": official["versions"], **summary, "models": rows}
    )
    OUT.print(f"Kept in {path}")
    return 0 if summary["ours_never_worse"] else 1


def make(folder: Path) -> list[tuple[str, str, np.ndarray, np.ndarray]]:
    """Writes every model both ways; returns name, folder's name, inputs and outputs of Keras."""
    from export_models import examples, models

    from automl.compression.recipes import FLOAT32
    from automl.export.tfjs.exporter import TFJSExporter

    found = []
    for number, (name, model) in enumerate(models().items()):
        home = folder / f"{number:02d}"
        (home / "ours").mkdir(parents=True)
        x = examples(model)
        reference = model.predict(x, verbose=0)  # Calls it, which `export` asks for.
        TFJSExporter().export(model, FLOAT32, home / "ours", x)
        model.export(str(home / "saved_model"), verbose=False)
        found.append((name, home.name, x, np.asarray(reference)))
    return found


def measured(
    folder: Path,
    name: str,
    home: str,
    x: np.ndarray,
    reference: np.ndarray,
    reasons: dict[str, str],
    repeats: int,
) -> dict[str, Any]:
    """Returns what came of one model, ours and theirs."""
    row: dict[str, Any] = {"model": name}
    for side in ("ours", "official"):
        file = folder / home / side / "model.json"
        row[side] = {"error": reasons.get(home, "no file")} if not file.is_file() else sizes(file)
    for _ in range(repeats):
        for side in ("ours", "official"):
            if "bytes" in row[side]:
                run(folder / home / side / "model.json", x, reference, row[side])
    for side in ("ours", "official"):
        record = row[side]
        record["loads"] = all(f"{each}_difference" in record for each in BACKENDS)
        record["correct"] = record["loads"] and all(
            record[f"{each}_difference"] <= EXACT for each in BACKENDS
        )
    OUT.print(f"{name}: ours {verdict(row['ours'])}, official {verdict(row['official'])}")
    return row


def sizes(file: Path) -> dict[str, Any]:
    """Returns bytes, raw and gzipped, and nodes of a file."""
    from automl.measure.size import folder_size

    raw, gzipped = folder_size(file.parent)
    nodes = json.loads(file.read_text(encoding="utf-8"))["modelTopology"]["node"]
    return {"bytes": raw, "gzip_bytes": gzipped, "nodes": len(nodes)}


def run(file: Path, x: np.ndarray, reference: np.ndarray, record: dict[str, Any]) -> None:
    """Runs a file on both backends; keeps the differences and the lowest latency."""
    from automl.errors import VerificationError
    from automl.verify.tfjs_node import TFJSCPURuntime, TFJSWasmRuntime

    for backend, runtime in (("cpu", TFJSCPURuntime), ("wasm", TFJSWasmRuntime)):
        if backend == "cpu" and "cpu_difference" in record:
            continue
        try:
            result = runtime().run(file, x)
        except VerificationError as error:
            record[f"{backend}_error"] = str(error)[:300]
            continue
        outputs = result.outputs
        if outputs.shape != reference.shape or not np.isfinite(outputs).all():
            record[f"{backend}_difference"] = 1e9
        else:
            scale = max(1.0, float(np.abs(reference).max()))
            record[f"{backend}_difference"] = float(np.abs(outputs - reference).max() / scale)
        if backend == "wasm":
            best = record.get("latency_ms", float("inf"))
            record["latency_ms"] = min(best, result.latency_ms)


def verdict(record: dict[str, Any]) -> str:
    """Returns in a word what came of a file."""
    if "error" in record:
        return "not converted"
    return "correct" if record["correct"] else "wrong" if record["loads"] else "does not run"


def summarized(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns counts, and medians over the models that are right on both sides."""
    both = [row for row in rows if row["ours"]["correct"] and row["official"]["correct"]]
    worse = [
        row["model"] for row in rows if row["official"]["correct"] and not row["ours"]["correct"]
    ]
    summary: dict[str, Any] = {
        "count": len(rows),
        "correct": {s: sum(r[s]["correct"] for r in rows) for s in ("ours", "official")},
        "both_correct": len(both),
        "only_official_correct": worse,
    }
    for what in ("bytes", "gzip_bytes", "nodes", "latency_ms"):
        values = {side: median(row[side][what] for row in both) for side in ("ours", "official")}
        ratios = [row["ours"][what] / row["official"][what] for row in both]
        summary[what] = values | {"median_ratio": median(ratios), "worst_ratio": max(ratios)}
    summary["ours_never_worse"] = not worse and all(
        summary[what]["median_ratio"] <= 1 for what in ("bytes", "latency_ms")
    )
    return summary


def show(rows: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    """Prints both sides, a model a line, and the medians."""
    table = Table("model", "ours", "official", "bytes", "", "nodes", "", "ms on wasm", "")
    for row in rows:
        cells = [row["model"], verdict(row["ours"]), verdict(row["official"])]
        for what, form in (("bytes", ",d"), ("nodes", "d"), ("latency_ms", ".3f")):
            for side in ("ours", "official"):
                value = row[side].get(what)
                cells.append("-" if value is None else format(value, form))
        table.add_row(*cells)
    OUT.print(table)
    OUT.print(json.dumps(summary, indent=2))


if __name__ == "__main__":
    sys.exit(main())
