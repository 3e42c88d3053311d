"""Where a run goes: a folder to itself, or the unfinished run of the same command."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.config_parsing import make_config
from automl.errors import UserInputError
from automl.folders import default_folder, is_free
from automl.pipeline import Pipeline
from automl.records.store import RunStore

CONFIG = make_config("digits", {"trials": 1})


def begun(folder: Path, **facts: object) -> Path:
    with RunStore(folder, create=True) as store:
        for name, value in {"config": CONFIG.to_dict(), **facts}.items():
            store.set_fact(name, value)
    return folder


def test_the_first_run_is_named_after_its_data(tmp_path: Path) -> None:
    assert default_folder("digits", CONFIG, tmp_path) == tmp_path / "digits"
    assert default_folder("a/my photos.npz", CONFIG, tmp_path) == tmp_path / "my photos"


def test_an_unfinished_run_of_the_same_command_is_resumed(tmp_path: Path) -> None:
    begun(tmp_path / "digits")
    assert default_folder("digits", CONFIG, tmp_path) == tmp_path / "digits"


def test_another_command_or_a_finished_run_leaves_it_alone(tmp_path: Path) -> None:
    begun(tmp_path / "digits", finished=True)
    assert default_folder("digits", CONFIG, tmp_path) == tmp_path / "digits-2"
    begun(tmp_path / "digits-2")
    other = make_config("digits", {"trials": 2})
    assert default_folder("digits", other, tmp_path) == tmp_path / "digits-3"


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "digits").mkdir()
    (tmp_path / "digits/precious.txt").touch()
    assert not is_free(tmp_path / "digits")
    assert default_folder("digits", CONFIG, tmp_path) == tmp_path / "digits-2"


def test_a_lock_alone_is_what_a_killed_run_leaves(tmp_path: Path) -> None:
    (tmp_path / "run.lock").touch()
    assert is_free(tmp_path)


@pytest.mark.parametrize(
    ("place", "words"), [("", "holds other files"), ("precious.txt", "a file")]
)
def test_out_must_be_a_folder_of_its_own(tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "precious.txt").touch()
    config = make_config("digits", {"trials": 1, "out": str(tmp_path / place)})
    with pytest.raises(UserInputError, match=words):
        Pipeline(config).run()
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]
