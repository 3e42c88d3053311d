"""The run's own copy of the data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from automl.data import kept
from automl.data.base import RawData, Target
from automl.data.dataset import is_kept, load, read_split, read_summary, split
from automl.data.storage import StoredExamples
from automl.data.writing import ExamplesWriter
from automl.errors import UserInputError
from automl.records.store import RunStore
from search_spaces import InputSpec

NAMES = sorted(
    [f"{axis}_{split}.npy" for axis in "xy" for split in ("train", "validation", "test")]
    + ["data.json"]
)


def raw(dtype="uint8", kind="image"):
    shape = {"image": (4, 4, 1), "vector": (16,), "tokens": (16,)}[kind]
    x = np.random.default_rng(0).integers(0, 200, (60, *shape)).astype(dtype)
    more = {"vocabulary": 300} if kind == "tokens" else {}
    spec = InputSpec(kind, shape, 0.0, 255.0, **more)
    return RawData(x, np.arange(60, dtype=np.int64) % 3, spec, Target("class", ("a", "b", "c")))


def made(data, **options):
    return split(data, "here", "npz", test=0.2, validation=0.2, seed=0, **options)


def test_it_is_read_back_as_it_was(tmp_path):
    data = made(raw())
    assert not is_kept(tmp_path)
    data.save(tmp_path)
    assert is_kept(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["data"]
    assert sorted(file.name for file in (tmp_path / "data").iterdir()) == NAMES
    for name, (x, y) in data.splits.items():
        again_x, again_y = read_split(tmp_path, name)
        assert isinstance(again_x, np.ndarray)
        np.testing.assert_array_equal(again_x, x)
        np.testing.assert_array_equal(again_y, y)
    assert read_summary(tmp_path) == data.summary


@pytest.mark.parametrize(
    ("dtype", "kind", "expected"),
    [
        ("uint8", "image", "uint8"),
        ("uint16", "image", "uint16"),
        ("float32", "vector", "float32"),
        ("float64", "vector", "float32"),
        ("int32", "vector", "float32"),
        ("int32", "tokens", "int32"),
        ("int64", "tokens", "int32"),
        ("uint8", "tokens", "int32"),
    ],
)
def test_small_numbers_stay_small(tmp_path, dtype, kind, expected):
    data = made(raw(dtype, kind))
    data.save(tmp_path)
    x, _ = read_split(tmp_path, "train")
    assert x.dtype == expected
    np.testing.assert_array_equal(x, data.splits["train"][0])


def test_what_is_larger_than_the_memory_stays_on_disk(tmp_path):
    data = made(raw(), memory=60 * 16 - 1)
    data.save(tmp_path)
    for name, (x, y) in data.splits.items():
        stored, labels = read_split(tmp_path, name)
        assert isinstance(stored, StoredExamples)
        np.testing.assert_array_equal(stored[:], x)
        np.testing.assert_array_equal(labels, y)


def test_examples_on_disk_are_copied(tmp_path):
    source = raw()
    np.save(tmp_path / "source.npy", source.x)
    (tmp_path / "run").mkdir()
    data = made(replace(source, x=StoredExamples(tmp_path / "source.npy")))
    assert isinstance(data.splits["train"][0], StoredExamples)
    data.save(tmp_path / "run")
    (tmp_path / "source.npy").unlink()
    np.testing.assert_array_equal(
        read_split(tmp_path / "run", "train")[0], made(source).splits["train"][0]
    )


def test_saving_again_replaces_it_and_clears_up(tmp_path):
    left = tmp_path / ".data.1.tmp"
    left.mkdir()
    made(raw()).save(tmp_path)
    data = made(raw("float32"))
    data.save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["data"]
    assert read_split(tmp_path, "train")[0].dtype == np.float32


def test_it_is_whole_or_not_there(tmp_path):
    data = made(raw())
    broken = replace(data, splits=data.splits | {"test": (np.array([{}]), np.zeros(1))})
    with pytest.raises(Exception):  # noqa: B017
        broken.save(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_full_disk_is_said(tmp_path, monkeypatch):
    class Full(ExamplesWriter):
        def append(self, examples):
            with open("/dev/full", "wb", buffering=0) as file:  # noqa: PTH123
                file.write(b"x")

    monkeypatch.setattr(kept, "ExamplesWriter", Full)
    with pytest.raises(UserInputError, match="No space left on device"):
        made(raw()).save(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["gone", "cut", "another", "no summary", "bad summary"])
def test_a_copy_that_cannot_be_read_is_said(tmp_path, damage):
    made(raw()).save(tmp_path)
    file = tmp_path / "data" / ("data.json" if "summary" in damage else "x_train.npy")
    if damage in ("gone", "no summary"):
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:200] if damage == "cut" else b"something else")
    with pytest.raises(UserInputError, match="cannot be read") as caught:
        read_split(tmp_path, "train")
    assert "\n" not in str(caught.value)
    if "summary" in damage:
        with pytest.raises(UserInputError, match="cannot be read"):
            read_summary(tmp_path)


def test_the_archive_of_an_earlier_version_is_read(tmp_path):
    data = load("digits", test=0.2, validation=0.2, seed=0)
    arrays = {
        f"{axis}_{name}": values
        for name, (x, y) in data.splits.items()
        for axis, values in (("x", x), ("y", y))
    }
    np.savez_compressed(tmp_path / "data.npz", **arrays)
    record = data.summary.to_dict()
    names = record.pop("target")["names"]
    for newer in ("skipped", "front", "encoder", "ordered", "task", "why"):
        del record[newer]
    with RunStore(tmp_path, create=True) as store:
        store.set_fact("data", record | {"class_names": names})
    assert is_kept(tmp_path)
    x, y = read_split(tmp_path, "train")
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, data.splits["train"][0])
    np.testing.assert_array_equal(y, data.splits["train"][1])
    summary = read_summary(tmp_path)
    assert (summary.input, summary.target) == (data.summary.input, data.summary.target)
    (tmp_path / "data.npz").write_bytes(b"damaged")
    with pytest.raises(UserInputError, match="cannot be read"):
        read_split(tmp_path, "train")
