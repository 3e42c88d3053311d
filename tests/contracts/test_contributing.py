"""The worked examples of CONTRIBUTING.md, installed as somebody's package and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXTENSIONS = 8


def blocks(language):
    """Returns the guide's code blocks of a language."""
    text = GUIDE.read_text(encoding="utf-8")
    return [content for kind, content in BLOCK.findall(text) if kind == language]


def commands():
    """Returns the `automl search` commands of the guide, one per extension point."""
    return [
        line.split()[1:]
        for content in blocks("bash")
        for line in content.splitlines()
        if line.startswith("automl search")
    ]


#: Runs the guide's commands, without the searching, in one process.
DRY = """
import pytest
from automl_cli.main import main

@pytest.mark.parametrize("words", {commands!r}, ids=" ".join)
def test_the_command_is_understood(words, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--out", str(tmp_path / "run"), "--dry-run", "--json"])
    assert ended.value.code == 0, capsys.readouterr().err
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Writes the guide's package and its metadata as pip would, and the guide's own tests."""
    folder = tmp_path_factory.mktemp("installed")
    for content in blocks("python"):
        name, _, code = content.removeprefix("# ").partition("\n")
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
    (folder / "acme" / "__init__.py").touch()
    (folder / "tests" / "test_commands.py").write_text(DRY.format(commands=commands()))
    settings, *files = blocks("toml")
    for content in files:
        name, _, text = content.removeprefix("# ").partition("\n")
        (folder / name).write_text(text, encoding="utf-8")
    project = tomllib.loads(settings)["project"]
    info = folder / f"{project['name']}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    groups = project["entry-points"]
    assert sum(map(len, groups.values())) == EXTENSIONS
    (info / "entry_points.txt").write_text(
        "\n".join(
            "\n".join([f"[{group}]", *(f"{name} = {path}" for name, path in points.items())])
            for group, points in groups.items()
        )
    )
    return folder


def run(folder, *words):
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_every_example_keeps_its_contract_and_every_command_is_understood(installed):
    done = run(
        installed, "-m", "pytest", "tests", "-q", "-rs", "-p", "no:cacheprovider",
        "-p", "no:randomly",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    passed = int(re.search(r"(\d+) passed", done.stdout)[1])
    assert passed > 80
    # A source of plain arrays has no front, and nothing to fit.
    for line in re.findall(r"^SKIPPED .*", done.stdout, re.MULTILINE):
        assert "to a space as they are" in line or "nothing is fitted" in line


def test_the_examples_ship_a_verified_model_together(installed):
    done = run(
        installed,
        *("-m", "automl_cli", "search", "stripes:300", "--choices", "block=stretched"),
        *("--oracle", "aging", "--compress", "half_strict", "--export", "c-array"),
        *("--trials", "1", "--epochs", "1", "--out", "run", "--json"),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (artifact,) = json.loads(done.stdout)["artifacts"]
    assert (artifact["format"], artifact["recipe"]) == ("c-array", "half_strict")
    assert artifact["status"] == "verified"
    assert [each["runtime"] for each in artifact["verifications"]] == ["c-array"]
    header = installed / "run" / artifact["path"]
    assert header.read_text().startswith("alignas(16) const unsigned char model[]")
    labels = installed / "run" / "export" / "c-array" / "labels.txt"
    assert labels.read_text().split() == ["across", "down"]
