"""The wheel holds the three packages and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy of what git tracks, so that build leftovers neither help nor hurt.
    source = folder / "source"
    source.mkdir()
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, tracked):
        target = source / name
        if (ROOT / name).is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"),
            *("-w", str(folder), str(source)),
        ],
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_top_level_is_the_three_packages(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"automl", "search_spaces", "automl_cli"}


def test_every_module_and_data_file_is_in(names: set[str]) -> None:
    for folder, package in (
        ("automl", "automl"),
        ("search_spaces", "search_spaces"),
        ("cli", "automl_cli"),
    ):
        for path in (ROOT / folder).rglob("*"):
            wanted = path.suffix in {".py", ".json", ".mjs", ".html", ".css", ".js", ".typed"}
            if path.is_file() and wanted and "__pycache__" not in path.parts:
                inside = path.relative_to(ROOT / folder).as_posix()
                if path.name != "py.typed" or inside == "py.typed":
                    assert f"{package}/{inside}" in names
