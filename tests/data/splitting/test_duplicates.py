"""Copies across splits, and equal examples with different labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from automl.data.base import RawData, Target
from automl.data.dataset import split
from automl.data.splitting.duplicates import find_duplicates
from automl.data.storage import StoredExamples
from automl.errors import UserInputError
from search_spaces import InputSpec

CLASSES = Target("class", ("a", "b"))


def rows(*numbers):
    return np.asarray(numbers, np.float32)[:, None] * np.ones(3, np.float32)


def found(train, validation, test, labels=None, target=CLASSES):
    splits = {"train": train, "validation": validation, "test": test}
    labels = labels or {name: [0] * len(numbers) for name, numbers in splits.items()}
    return find_duplicates(
        {name: (rows(*n), np.asarray(labels[name])) for name, n in splits.items()}, target
    )


def test_what_is_in_another_split_is_removed_from_training():
    duplicates = found([1, 2, 3, 4, 5, 6], [7, 2], [8, 4, 5])
    assert duplicates.removed.tolist() == [False, True, False, True, True, False]
    assert duplicates.notes == (
        "Of 6 training examples, 1 is also in the validation split and 2 are also in the test"
        " split: removed from training.",
    )


def test_nothing_is_said_where_there_is_nothing():
    duplicates = found([1, 2, 3], [4], [5])
    assert not duplicates.removed.any()
    assert duplicates.notes == ()


def test_copies_within_a_split_stay():
    assert found([1, 1, 2, 3], [4, 4], [5, 5]).notes == ()


def test_validation_examples_that_are_test_examples_are_said():
    assert found([1, 2], [3, 4], [4, 5]).notes == (
        "Of 2 validation examples, 1 is also in the test split: left there.",
    )


def test_data_of_few_different_examples_is_left_as_it_is():
    """A table of two yes-or-no columns has four rows, however many examples it has."""
    duplicates = found([1, 2, 3, 4] * 5, [1, 2], [3, 4])
    assert not duplicates.removed.any()
    assert "kept, because only 4 of them are distinct" in duplicates.notes[0]


def test_a_class_is_not_removed_as_a_whole():
    labels = {"train": [0, 0, 0, 1], "validation": [0], "test": [1]}
    duplicates = found([1, 2, 3, 9], [1], [9], labels)
    assert duplicates.removed.tolist() == [True, False, False, False]
    assert "removed from training but for 1 whose class has no other" in duplicates.notes[0]


def test_test_data_that_is_the_training_data_is_refused():
    with pytest.raises(UserInputError, match="Every training example is in another split too"):
        found([1, 2], [1], [2], target=Target("none"))


def test_different_labels_of_equal_examples_are_said():
    labels = {"train": [0, 1, 0, 0], "validation": [1], "test": [0]}
    duplicates = found([1, 1, 2, 3], [2], [4], labels)
    assert duplicates.notes[-1].startswith(
        "2 different examples occur several times with different classes"
    )


@pytest.mark.parametrize(
    ("target", "one", "other", "said"),
    [
        (Target("labels", ("a", "b")), [1.0, 0.0], [1.0, 1.0], True),
        (Target("number", ("a",)), [1.0], [2.0], False),
    ],
)
def test_numbers_may_differ_labels_may_not(target, one, other, said):
    labels = {"train": [one, other], "validation": [one], "test": [one]}
    assert bool(found([1, 1], [2], [3], labels, target).notes) == said


def test_types_of_values_do_not_matter(tmp_path):
    np.save(tmp_path / "x.npy", rows(1, 2, 3).astype("uint8"))
    stored = StoredExamples(tmp_path / "x.npy")
    splits = {"train": (stored, np.zeros(3, int)), "test": (rows(3, 4), np.zeros(2, int))}
    assert find_duplicates(splits, CLASSES).removed.tolist() == [False, False, True]


def raw(**changes):
    x = np.repeat(np.arange(50, dtype=np.float32), 2)[:, None] * np.ones((1, 3), np.float32)
    y = np.arange(100).astype(np.int64) % 2
    return replace(RawData(x, y, InputSpec("vector", (3,), 0, 100), CLASSES), **changes)


def made(data):
    return split(data, "here", "npz", test=0.2, validation=0.2, seed=0)


def test_a_search_learns_from_no_copy_of_what_it_is_judged_by():
    data = made(raw(y=np.arange(100).astype(np.int64) // 2 % 2))
    seen = {name: set(x[:, 0].tolist()) for name, (x, _) in data.splits.items()}
    assert not seen["train"] & (seen["validation"] | seen["test"])
    assert sum(data.summary.counts.values()) < 100
    assert "removed from training" in data.summary.notes[0]


def test_what_is_fitted_has_not_seen_the_copies():
    fits = []

    def fit(chosen):
        fits.append(chosen)
        return raw(fit=fit)

    data = made(raw(fit=fit))
    assert len(fits) == 2
    assert len(fits[1]) == data.summary.counts["train"] < len(fits[0])


@pytest.mark.parametrize("windows", [{"overlap": 1}, {"steps": (1,)}])
def test_windows_of_a_series_share_data_by_design(windows):
    target = Target("number", ("a",), steps=windows.get("steps", ()))
    y = np.arange(100, dtype=np.float32)[:, None]
    data = made(raw(y=y, target=target, ordered=True, overlap=windows.get("overlap", 0)))
    assert not any("removed" in note for note in data.summary.notes)
