"""Wrong input is answered at once, in one line, with exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

CASES = [
    (("serch",), "Did you mean 'search'"),
    (("search",), "Missing argument 'DATA'"),
    (("search", "digit"), "Did you mean 'digits'?"),
    (("search", "missing.npz"), "existing .npz file"),
    (("search", "digits", "--space", "transfomer"), "Did you mean 'transformer'?"),
    (("search", "digits", "--oracle", "bayes"), "Did you mean 'bayesian'?"),
    (("search", "digits", "--task", "clasification"), "Did you mean 'classification'?"),
    (("search", "digits", "--compress", "int9"), "Did you mean 'int8'"),
    (("search", "digits", "--export", "tflit"), "Did you mean 'tflite'?"),
    (("search", "digits", "--objective", "acuracy"), "Did you mean 'val_accuracy'"),
    (("search", "digits", "--objective", "size"), "must be a validation metric"),
    (("search", "digits", "--max-size", "50x"), "a size such as 50kB"),
    (("search", "digits", "--max-size", "-5kB"), "above zero"),
    (("search", "digits", "--max-size", "0"), "above zero"),
    (("search", "digits", "--max-latency", "soon"), "a latency such as 5ms"),
    (("search", "digits", "--max-params", "many"), "a count such as 100k"),
    (("search", "digits", "--time", "0"), "above zero"),
    (("search", "digits", "--trials", "0"), "from 1"),
    (("search", "digits", "--trials", "many"), "or +N to extend a run"),
    (("search", "digits", "--trials", "+many"), "a count such as"),
    (("search", "digits", "--trials", "+5"), "need a run of the same options"),
    (("search", "digits", "--trials", "+5", "--time", "9m"), "plus before all of its budget"),
    (("search", "digits", "--trials", "+5", "--out", "nowhere"), "There is none in nowhere"),
    (("search", "digits", "--trial-time", "0"), "above zero"),
    (("search", "digits", "--join"), "need a run of the same options"),
    (("search", "digits", "--join", "--out", "nowhere"), "A run is a folder that holds"),
    (("search", "digits", "--epochs", "-1"), "from 1"),
    (("search", "digits", "--seed", "-1"), "from 0"),
    (("search", "digits", "--test", "1.5"), "between 0 and 0.9"),
    (("search", "digits", "--choices", "block"), "KEY=A,B"),
    (("search", "digits", "--freeze", "block"), "KEY=VALUE"),
    (("search", "digits", "--freeze", "a=1", "--choices", "a=1,2"), "narrowed once"),
    (("search", "digits", "--space", "cnn", "--space", "cnn"), "named once"),
    (("search", "digits", "--space", "missing.toml"), "must be a readable file"),
    (("search", "digits", "--horizon", "0"), "a number of steps, 1 or more"),
    (("search", "digits", "--image-size", "8"), "does not heed --image-size"),
    (("search", "digits", "--input", "serie"), "Did you mean 'series'?"),
    (("search", "digits", "--start-from", "nowhere"), "automl runs list"),
    (("search", "digits", "--maxsize", "5kB"), "--max-size"),
    (("search", "digits", "--config", "missing.toml"), "readable file"),
    (("verify", "nowhere"), "automl runs list"),
    (("verify", "nowhere", "--runtime", "litrt"), "Did you mean 'litert'"),
    (("export", "nowhere"), "automl runs list"),
    (("report", "nowhere"), "automl runs list"),
    (("spaces", "show", "mobil"), "Did you mean 'mobile'?"),
]


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "automl_cli", *words],
        cwd=cwd,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(("words", "expected"), CASES, ids=[" ".join(words) for words, _ in CASES])
def test_one_line_and_exit_code_2(words: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("automl:")]
    assert expected in line
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = run("search", "digits", "--space", "cn", "--debug", cwd=tmp_path)
    assert "Traceback" in done.stderr
    assert "UnknownNameError" in done.stderr


def test_wrong_choices_leave_no_folder_behind(tmp_path: Path) -> None:
    done = run("search", "digits", "--choices", "blok=plain", "--trials", "1", cwd=tmp_path)
    assert done.returncode == 2
    assert "block" in done.stderr
    assert list(tmp_path.rglob("*.db")) == []


def test_too_few_examples_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    np.savez(tmp_path / "few.npz", x=np.random.rand(4, 8, 8), y=np.array([0, 0, 0, 1]))
    done = run("search", "few.npz", cwd=tmp_path)
    assert done.returncode == 2
    assert "class '1'" in done.stderr
    assert not (tmp_path / "runs").exists()
