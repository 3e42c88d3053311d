"""The samples run as a stranger runs them, and say what `automl predict` says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automl.errors import MissingPartError
from automl.predicting import Predictor
from automl.verify.tfjs_node.install import ensure, node

NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")


def run(*words: object, folder: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        list(map(str, words)),
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(text: str) -> list[str]:
    return [line.partition("  ")[2] for line in text.strip().splitlines()]


def same(told: list[str], expected: list[str]) -> None:
    """Checks that words are equal and numbers as close as two runtimes are."""
    assert len(told) == len(expected) > 0
    for one, other in zip(told, expected, strict=True):
        assert NUMBER.sub("#", one) == NUMBER.sub("#", other)
        numbers = [[float(n) for n in NUMBER.findall(each)] for each in (one, other)]
        assert numbers[0] == pytest.approx(numbers[1], rel=2e-4, abs=2e-4)


def expected(exported: Any, format_name: str) -> list[str]:
    predictor = Predictor(exported.files[format_name])
    return [each.answer.text for each in predictor.predict([exported.arguments["automl"]])]


def test_python_with_litert_and_numpy_alone(exported: Any, stranger: Callable[[str], Path]) -> None:
    folder = stranger("tflite")
    # Neither the package nor Keras may be imported, wherever they are installed.
    (folder / "sitecustomize.py").write_text(
        "import sys\nfor name in ('automl', 'search_spaces', 'keras', 'tensorflow'):\n"
        "    sys.modules[name] = None\n"
    )
    env = os.environ | {"PYTHONPATH": str(folder)}
    words = (sys.executable, "predict.py", "float32/model.tflite", exported.arguments["py"])
    same(answers(run(*words, folder=folder, env=env)), expected(exported, "tflite"))


def test_node(exported: Any, stranger: Callable[[str], Path]) -> None:
    try:
        modules = ensure() / "node_modules"
    except MissingPartError as error:
        pytest.skip(str(error))
    folder = stranger("tfjs")
    (folder / "node_modules").symlink_to(modules)
    words = (node(), "predict.mjs", "float32/model.json", exported.arguments["mjs"])
    same(answers(run(*words, folder=folder)), expected(exported, "tflite"))


def test_a_sample_is_a_program_of_its_own(exported: Any) -> None:
    source = (exported.folder / "export/tflite/predict.py").read_text()
    compile(source, "predict.py", "exec")
    kotlin = (exported.folder / "export/tflite/Predict.kt").read_text()
    page = (exported.folder / "export/tfjs/predict.html").read_text()
    for text in (source, kotlin, page, (exported.folder / "export/tfjs/predict.mjs").read_text()):
        assert "{{" not in text
        assert "\n\n\n\n" not in text
        assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert kotlin.count("{") == kotlin.count("}")
