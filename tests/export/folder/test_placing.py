"""A full disk or an interruption leaves what was there, whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from automl.export.folder.placing import files_for, place_folder


def contents(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_files_are_moved_together_and_the_list_last(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("old")
    with files_for(tmp_path, last="a.json") as fresh:
        (fresh / "a.json").write_text("list")
        (fresh / "b.txt").write_text("new")
        assert contents(tmp_path)["b.txt"] == "old"
    assert contents(tmp_path) == {"a.json": "list", "b.txt": "new"}


@pytest.mark.parametrize("error", [OSError("No space left on device"), KeyboardInterrupt()])
def test_what_fails_half_way_changes_nothing(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "b.txt").write_text("old")
    with pytest.raises(type(error)), files_for(tmp_path) as fresh:
        (fresh / "b.txt").write_text("new")
        raise error
    assert contents(tmp_path) == {"b.txt": "old"}


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    """The system itself refuses to write on: files of this process may hold 1,000 bytes."""
    (tmp_path / "model.bin").write_text("old")
    program = (
        "import resource, sys; from pathlib import Path;"
        "from automl.export.folder.placing import files_for;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        "folder = Path(sys.argv[1]);\n"
        "with files_for(folder) as fresh:\n"
        "    (fresh / 'labels.txt').write_text('fits')\n"
        "    (fresh / 'model.bin').write_bytes(bytes(5000))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert contents(tmp_path) == {"model.bin": "old"}


def test_a_folder_takes_the_place_of_another_as_a_whole(tmp_path: Path) -> None:
    for name, content in (("staged", "new"), ("place", "old")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{content}.txt").write_text(content)
    place_folder(tmp_path / "staged", tmp_path / "place")
    assert contents(tmp_path) == {"place/new.txt": "new"}


def test_a_folder_that_cannot_be_moved_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place/old.txt").write_text("old")
    with pytest.raises(OSError, match="gone"):
        place_folder(tmp_path / "gone", tmp_path / "place")
    assert contents(tmp_path) == {"place/old.txt": "old"}


def test_a_kill_while_writing_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_text("old")
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from automl.export.folder.placing import files_for\n"
        "with files_for(Path(sys.argv[1])) as fresh:\n"
        "    (fresh / 'model.bin').write_bytes(bytes(5000))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == -9
    visible = {name: text for name, text in contents(tmp_path).items() if not name.startswith(".")}
    assert visible == {"model.bin": "old"}
    with files_for(tmp_path) as fresh:
        (fresh / "more.txt").write_text("more")
    assert contents(tmp_path) == {"model.bin": "old", "more.txt": "more"}
