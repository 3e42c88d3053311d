"""Budgets and bounds hold on a real search."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import automl as api
from automl.run import Run
from automl.types import TrialState

Command = Callable[..., Any]


def test_the_time_is_for_the_whole_command(command: Command, tmp_path: Path) -> None:
    began = time.monotonic()
    done = command(
        *("search", "digits", "--time", "30s", "--epochs", "1000"),
        *("--compress", "float32", "--export", "tflite", "--out", "run"),
        cwd=tmp_path,
    )
    taken = time.monotonic() - began
    assert done.code == 0, done.err
    assert taken < 40
    run = Run(tmp_path / "run")
    assert "the time was up" in run.fact("search_end")
    assert [t for t in run.trials if t.reason == "the time was up"]


def test_nothing_feasible_names_the_nearest_and_ends_with_3(
    command: Command, tmp_path: Path
) -> None:
    done = command(
        *("search", "digits", "--time", "25s", "--max-size", "1kB", "--out", "run"), cwd=tmp_path
    )
    assert done.code == 3
    (line,) = [line for line in done.err.splitlines() if line.startswith("automl:")]
    assert "candidates met the constraints" in line
    assert "> --max-size 1.0 kB" in line
    assert all(t.state is not TrialState.COMPLETED for t in Run(tmp_path / "run").trials)


def test_arrays_from_python_in_this_process(tmp_path: Path) -> None:
    """Random images of two classes by brightness, without a worker process."""
    random = np.random.default_rng(0)
    y = np.array(["dark", "light"])[np.arange(120) % 2]
    x = (
        random.integers(0, 120, (120, 12, 10), dtype=np.uint8)
        + 100 * (np.arange(120) % 2)[:, None, None]
    )
    run = api.search(
        (x, y),
        trials=1,
        epochs=12,
        workers=0,
        compress="float32",
        formats=["tflite"],
        out=str(tmp_path / "run"),
    )
    assert run.data.class_names == ("dark", "light")
    assert run.best.score > 0.9
    assert run.artifact.verification.accuracy > 0.9
    artifact = run.export("tflite", recipe="float16")
    assert artifact.path.endswith("export/tflite/float16/model.tflite")
    assert artifact.verification.max_abs_diff < 1e-2


STRICT = """
from automl.compression.recipe import Recipe, Tolerance
from automl.compression.steps.quantize import Quantize

IMPOSSIBLE = Recipe(
    name="impossible",
    summary="float16 weights, held to more than they can keep",
    steps=(Quantize(weights="float16"),),
    tolerance=Tolerance(max_abs_diff=1e-12, min_agreement=1.0),
)
"""


def test_a_file_over_its_tolerance_stays_aside(command: Command, tmp_path: Path) -> None:
    (tmp_path / "strict.py").write_text(STRICT)
    done = command(
        *("search", "digits", "--trials", "1", "--epochs", "1"),
        *("--compress", "float32", "--compress", "strict:IMPOSSIBLE", "--out", "run"),
        cwd=tmp_path,
        # Without Node.js the web files are there, and said to be not verified.
        env={"PYTHONPATH": str(tmp_path), "PATH": "/nowhere"},
    )
    assert done.code == 4
    (line,) = [line for line in done.err.splitlines() if line.startswith("automl:")]
    assert "IMPOSSIBLE" in line
    assert "differs from Keras" in line
    assert (tmp_path / "run/export/tflite/float32/model.tflite").is_file()
    assert not (tmp_path / "run/export/tflite/IMPOSSIBLE").exists()
    assert (tmp_path / "run/export/.failed/tflite/IMPOSSIBLE/model.tflite").is_file()

    manifest = json.loads((tmp_path / "run/export/tfjs/manifest.json").read_text())
    assert {a["status"] for a in manifest["artifacts"]} == {"not verified"}
    assert "Node.js" in done.out

    # What the run recorded is not imported by opening it.
    done = command("verify", "run", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert done.code == 2
    assert "--allow-code" in done.err
