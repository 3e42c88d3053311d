"""Help answers at once and names everything."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import pytest
from automl_cli.commands import COMMANDS

HEAVY = ("tensorflow", "keras", "keras_tuner", "numpy", "sklearn", "matplotlib", "jax")


def test_help_within_half_a_second() -> None:
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        command = [sys.executable, "-m", "automl_cli", "--help"]
        subprocess.run(command, capture_output=True, check=True)
        taken.append(time.perf_counter() - started)
    assert statistics.median(taken) < 0.5


@pytest.mark.parametrize("words", [["--help"], *[[name, "--help"] for name in COMMANDS]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from automl_cli.main import main\n"
        "try:\n"
        f"    main({words!r})\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *help_text, heavy = done.stdout.strip().splitlines()
    assert heavy == "[]"
    assert help_text


def test_help_lists_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "automl_cli", "--help"], capture_output=True, text=True, check=True
    )
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout
    assert "\n  automl search digits  " in done.stdout, "the examples keep their lines"
    assert "\\b" not in done.stdout


def test_importing_automl_imports_nothing_heavy() -> None:
    code = f"import sys, automl\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
