from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from automl.data.base import Skipped
from automl.data.files.listing import Listing, listing_of
from automl.data.storage import StoredExamples
from automl.data.writing import ExamplesWriter
from automl.errors import UserInputError
from search_spaces import InputSpec

ROOT = Path("/data")
SPEC = InputSpec("vector", (1,), low=0.0, high=9.0)


def listing(**options):
    """Returns a listing of five files in three splits, given out of order."""
    given = {
        "labels": ["a", "b", "a", "b", "c"],
        "splits": ["test", "train", "", "validation", "train"],
    }
    return listing_of(ROOT, [ROOT / f"{number}" for number in range(5)], **given | options)


def test_files_are_sorted_by_split_and_otherwise_stay():
    made = listing(groups=["v", "w", "x", "y", "z"])
    assert made.names == ("1", "2", "4", "3", "0")
    assert made.labels == ("b", "a", "c", "b", "a")
    assert made.groups == ("w", "x", "z", "y", "v")
    assert made.parts() == {"train": slice(0, 3), "validation": slice(3, 4), "test": slice(4, 5)}


def test_examples_go_to_their_splits():
    made = listing(groups=["v", "w", "x", "y", "z"])
    raw = made.raw_data(np.array([[1.0], [2], [4], [3], [0]]), SPEC, notes=["a note"])
    assert raw.x.tolist() == [[1], [2], [4]]
    assert raw.y.tolist() == [1, 0, 2]
    assert (raw.validation[0].tolist(), raw.validation[1].tolist()) == ([[3]], [1])
    assert (raw.test[0].tolist(), raw.test[1].tolist()) == ([[0]], [0])
    assert raw.groups.tolist() == ["w", "x", "z"]
    assert (raw.task, raw.class_names, raw.notes) == (
        "classification", ("a", "b", "c"), ("a note",),
    )  # fmt: skip


def test_examples_on_disk_stay_there(tmp_path):
    with ExamplesWriter(tmp_path / "x.npy", (1,), "float32") as writer:
        writer.append(np.arange(5, dtype=np.float32)[:, None])
    raw = listing().raw_data(StoredExamples(tmp_path / "x.npy"), SPEC)
    assert isinstance(raw.x, StoredExamples)
    assert isinstance(raw.test[0], StoredExamples)
    assert raw.test[0][:].tolist() == [[4]]


@pytest.mark.parametrize(
    ("options", "task", "y"),
    [
        ({"labels": None}, "anomaly", [0, 0, 0, 0, 0]),
        (
            {"labels": None, "values": [[n, 1] for n in range(5)], "kind": "number",
             "names": ("u", "v")},
            "regression", [[1, 1], [2, 1], [4, 1], [3, 1], [0, 1]],
        ),
        (
            {"labels": None, "values": [[n % 2] for n in range(5)], "kind": "labels",
             "names": ("odd",)},
            "multilabel", [[1], [0], [0], [1], [0]],
        ),
    ],
)  # fmt: skip
def test_what_is_known_decides_the_task(options, task, y):
    made = listing(**options)
    assert made.y.tolist() == y
    assert made.raw_data(np.zeros((5, 1)), SPEC).task == task


def test_what_cannot_be_used_is_dropped_and_named():
    left = listing().without({2: "is empty", 0: "is damaged"})
    assert left.names == ("2", "3", "0")
    assert left.skipped == (Skipped("1", "is damaged"), Skipped("4", "is empty"))
    assert left.class_names == ("a", "b")
    assert left.notes == ("No usable file is left of: c.",)
    assert left.y.tolist() == [0, 1, 0]


def test_nothing_left_is_one_line():
    with pytest.raises(UserInputError, match="no usable file: 1 is empty, and 4 more"):
        listing().without(dict.fromkeys(range(5), "is empty"))


def test_nothing_left_to_train_on_is_one_line():
    left = listing().without(dict.fromkeys((0, 1, 2), "is empty"))
    with pytest.raises(UserInputError, match="train on"):
        left.raw_data(np.zeros((2, 1)), SPEC)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "word"},
        {"labels": ("a",)},
        {"splits": ("test", "train")},
        {"splits": ("train", "exam")},
        {"kind": "number"},
    ],
)
def test_a_listing_checks_itself(values):
    given = {"labels": ("a", "b"), "splits": ("", "")} | values
    with pytest.raises(UserInputError):
        Listing(ROOT, (ROOT / "0", ROOT / "1"), class_names=("a", "b"), **given)
