"""`automl datasets`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from automl_cli.commands.datasets import command
from click.testing import CliRunner


def run(*args):
    return CliRunner().invoke(command, args)


def test_installed_sets_come_first_then_the_catalogue():
    done = run()
    lines = done.stdout.splitlines()
    assert [line.split("\t")[0] for line in lines[:3]] == ["digits", "wine", "breast_cancer"]
    assert len(lines) > 300
    (mnist,) = (line for line in lines if line.startswith("tfds:mnist\t"))
    assert mnist.split("\t")[1:] == ["image classification", "11.6 MB"]


@pytest.mark.parametrize("words", ["breast cancer", "BREAST_CANCER"])
def test_search_finds_words_in_any_spelling(words):
    assert run("--search", words).stdout.startswith("breast_cancer\ttabular classification")


def test_json_holds_what_the_table_does():
    (entry,) = json.loads(run("--search", "fashion_mnist", "--json").stdout)
    assert entry["data"] == "tfds:fashion_mnist"
    assert entry["tasks"] == ["image classification"]
    assert 30_000_000 < entry["size"] < 31_000_000


def test_nothing_found_is_said():
    done = run("--search", "no such thing")
    assert done.stdout == ""
    assert "No data set has 'no such thing'" in done.stderr
    assert "see them all with: automl datasets" in done.stderr
    assert "Did you mean 'mnist'" in run("--search", "mnst").stderr
    assert json.loads(run("--search", "no such thing", "--json").stdout) == []


def test_help_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from automl_cli.main import main\n"
        "try: main(['datasets', '--help'])\n"
        "except SystemExit: pass\n"
        "names = ('numpy', 'tensorflow_datasets', 'tensorflow', 'rich')\n"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
