"""An exported file, checked anywhere by what stands beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.data.base import Target
from automl.data.options import ReadOptions
from automl.errors import UserInputError
from automl.measure.size import hashes
from automl.preprocessing import usage
from automl.preprocessing.array import ArrayEncoder
from automl.testing import small_data, small_model
from automl.testing.models import small_summary
from automl.types import VerificationStatus
from automl.verify.standalone import differences, verify_file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export folder, as a search leaves it, with a Keras model and labelled data."""
    from automl.compression.recipes import FLOAT32
    from automl.export.tflite.exporter import TFLiteExporter

    home = tmp_path_factory.mktemp("made")
    folder = home / "tflite" / "float32"
    folder.mkdir(parents=True)
    images, labels = small_data(64)
    TFLiteExporter().export(small_model(), FLOAT32, folder, images)
    small_model().save(home / "model.keras")
    summary = small_summary()
    encoder = ArrayEncoder(kind="image", shape=images.shape[1:])
    told = usage.usage(replace(summary, encoder=encoder.to_dict()), "classification")
    (home / "tflite" / "preprocessing.json").write_text(json.dumps(told))
    manifest = {
        "format": "tflite",
        "artifacts": [
            {
                "trial": 3,
                "recipe": "float32",
                "path": "export/tflite/float32/model.tflite",
                "files": hashes(folder),
                "verifications": [{"metric": "accuracy"}],
            }
        ],
    }
    (home / "tflite" / "manifest.json").write_text(json.dumps(manifest))
    np.savez(home / "held.npz", x=images, y=np.array(summary.target.names)[labels])
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def file(home: Path) -> Path:
    return home / "tflite" / "float32" / "model.tflite"


def test_without_data_hashes_are_checked(file: Path) -> None:
    artifact = verify_file(file)
    assert artifact.status is VerificationStatus.PASSED
    assert [v.runtime for v in artifact.verifications] == ["sha256"]
    assert (artifact.format, artifact.recipe, artifact.trial) == ("tflite", "float32", 3)


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_what_is_not_the_file_that_was_verified_fails_by_its_hash(file: Path, damage: str) -> None:
    content = file.read_bytes()
    shutil.copy(file, file.with_name("other.tflite"))
    if damage == "changed":
        file.write_bytes(content[:-5] + bytes([content[-5] ^ 1]) + content[-4:])
    elif damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.unlink()
    if damage == "gone":
        with pytest.raises(UserInputError, match="does not exist"):
            verify_file(file)
        return
    artifact = verify_file(file, "digits")
    assert artifact.status is VerificationStatus.FAILED
    assert "sha256" in differences(artifact)
    assert str(file) in differences(artifact)


def test_a_changed_file_beside_it_fails_too(home: Path, file: Path) -> None:
    manifest = home / "tflite" / "manifest.json"
    record = json.loads(manifest.read_text())
    record["files"] = {"preprocessing.json": {"sha256": "0" * 64, "bytes": 1}}
    manifest.write_text(json.dumps(record))
    assert "preprocessing.json" in differences(verify_file(file))


def test_it_is_compared_with_the_keras_model_beside_it(home: Path, file: Path) -> None:
    shutil.copy(home / "model.keras", file.parent / "model.keras")
    said: list[str] = []
    artifact = verify_file(file.parent / "model.tflite", str(home / "held.npz"), say=said.append)
    (found,) = artifact.verifications
    assert found.status is VerificationStatus.PASSED, found.reason
    assert found.runtime == "litert"
    assert found.max_abs_diff is not None and found.max_abs_diff < 1e-4
    assert found.agreement == 1
    assert found.quality == found.keras_quality > 0.9
    assert any("Keras" in line for line in said)


def test_a_difference_names_the_output_and_says_how_much(home: Path, file: Path) -> None:
    import keras

    other = keras.models.clone_model(small_model())
    other.set_weights([weight * 0.5 for weight in small_model().get_weights()])
    other.save(file.parent / "model.keras")
    artifact = verify_file(file, str(home / "held.npz"))
    assert artifact.status is VerificationStatus.FAILED
    line = differences(artifact)
    assert line.startswith("tflite float32, litert: output ")
    assert " differs from Keras by 0." in line
    assert "the recipe allows" in line


def test_without_a_keras_model_the_metric_is_told_and_nothing_is_claimed(
    home: Path, file: Path
) -> None:
    artifact = verify_file(file, str(home / "held.npz"))
    (found,) = artifact.verifications
    assert found.status is VerificationStatus.SKIPPED
    assert "no .keras file" in found.reason
    assert found.metric == "accuracy"
    assert found.quality is not None and found.quality > 0.9
    assert found.max_abs_diff is None


def test_without_a_manifest_a_file_can_still_be_run(home: Path, file: Path) -> None:
    (home / "tflite" / "manifest.json").unlink()
    with pytest.raises(UserInputError, match="no manifest"):
        verify_file(file)
    assert verify_file(file, str(home / "held.npz")).verifications[0].quality > 0.9  # type: ignore[operator]


def _lines(folder: Path) -> str:
    (folder / "lines.txt").write_text("a\tgood thing\nb\tbad thing\n" * 20)
    return str(folder / "lines.txt")


@pytest.mark.parametrize("other", [_lines, lambda folder: str(folder / "nothing.npz")])
def test_data_of_another_kind_is_refused_in_one_line(
    file: Path, tmp_path: Path, other: Callable[[Path], str]
) -> None:
    with pytest.raises(UserInputError) as caught:
        verify_file(file, other(tmp_path))
    assert "\n" not in str(caught.value)


def test_classes_that_the_file_does_not_know_are_refused(home: Path, file: Path) -> None:
    images, labels = small_data(64)
    np.savez(home / "other.npz", x=images, y=np.array(["up", "down", "left", "right"])[labels])
    with pytest.raises(UserInputError, match="names"):
        verify_file(file, str(home / "other.npz"), ReadOptions())


@pytest.mark.parametrize("name", ["model.txt", "nothing.tflite", "tflite"])
def test_what_is_no_exported_file_is_refused(home: Path, name: str) -> None:
    with pytest.raises(UserInputError, match="An exported file is one of"):
        verify_file(home / name)


def test_names_of_forecasts_are_read_back_as_columns() -> None:
    from automl.preprocessing.table import Column, TableEncoder
    from automl.verify.held_out import _said

    encoder = TableEncoder(
        (Column("load", "number"), Column("city", "category", ("a", "b"))), lookback=24, time="hour"
    )
    target = Target("number", ("load +1", "load +2"), (0.0, 0.0), (1.0, 1.0), 0.0, (1, 2))
    record: dict[str, Any] = {"searched": {"kind": "series"}, "output": {"task": "forecasting"}}
    said = _said(record, target, encoder, ReadOptions())
    assert said.target == ("load",)
    assert said.time_column == "hour"
    assert said.task == "forecasting"
    assert said.columns == {"city": "category"}
