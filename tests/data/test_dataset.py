"""Splits, fingerprints, and the run's own copy of the data."""

from __future__ import annotations

import json

import numpy as np
import pytest

from automl.data.base import RawData
from automl.data.dataset import FILE_NAME, DataSummary, find_source, load, read_split, split
from automl.errors import UserInputError
from search_spaces import InputSpec


def raw(counts=(30, 20, 10), test=None, names=None):
    """Returns examples each of which is its own number, so that they can be followed."""
    y = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    x = np.arange(len(y), dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 4, 4, 1), "float32")
    names = names or tuple("abcdefgh"[: len(counts)])
    return RawData(x, y, InputSpec("image", (4, 4, 1), 0.0, max(1.0, len(y))), names, test)


def made(data, test=0.2, validation=0.2, seed=0):
    return split(data, "here", "npz", test=test, validation=validation, seed=seed)


def numbers(data, name):
    return data.splits[name][0][:, 0, 0, 0].astype(int).tolist()


def test_every_example_is_in_exactly_one_split():
    data = made(raw())
    every = [number for name in data.splits for number in numbers(data, name)]
    assert sorted(every) == list(range(60))


def test_labels_stay_with_their_examples():
    source, data = raw(), made(raw())
    for name, (_, y) in data.splits.items():
        assert source.y[numbers(data, name)].tolist() == y.tolist()


def test_shares_are_of_all_and_of_the_rest():
    assert made(raw((100, 100)), test=0.3, validation=0.1).summary.counts == {
        "train": 126,
        "validation": 14,
        "test": 60,
    }


def test_every_split_has_every_class_in_its_share():
    data = made(raw((60, 30, 10)))
    for _, y in data.splits.values():
        shares = np.bincount(y, minlength=3) / len(y)
        np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=0.04)


def test_a_rare_class_is_in_every_split():
    data = made(raw((100, 3)))
    for _, y in data.splits.values():
        assert 1 in y


def test_a_seed_decides_the_split():
    one, same, other = made(raw()), made(raw()), made(raw(), seed=1)
    assert numbers(one, "test") == numbers(same, "test") != numbers(other, "test")
    assert one.summary.fingerprint == same.summary.fingerprint != other.summary.fingerprint


@pytest.mark.parametrize("what", ["pixel", "label", "class name"])
def test_any_change_of_the_data_changes_the_fingerprint(what):
    changed = raw(names=("a", "b", "z") if what == "class name" else None)
    if what == "pixel":
        changed.x[3, 0, 0, 0] += 1
    if what == "label":
        changed.y[0], changed.y[-1] = changed.y[-1], changed.y[0]
    assert made(changed).summary.fingerprint != made(raw()).summary.fingerprint


def test_a_test_split_that_came_with_the_data_is_kept_whole():
    given = (np.full((5, 4, 4, 1), 7.0, "float32"), np.array([0, 1, 2, 0, 1]))
    data = made(raw(test=given))
    assert data.summary.counts == {"train": 48, "validation": 12, "test": 5}
    np.testing.assert_array_equal(data.splits["test"][0], given[0])


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        (raw((10, 2)), {}, "at least 3 examples, one for each split. Received: 2 of class 'b'"),
        (raw((10, 0)), {}, "Received: 0 of class 'b'"),
        (raw((10,)), {}, "at least 2 classes"),
    ],
)
def test_too_few_examples_are_refused_with_the_reason(data, options, words):
    with pytest.raises(UserInputError) as caught:
        made(data, **options)
    assert words in str(caught.value)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.89])
def test_the_least_that_can_be_split_is_split(share):
    data = made(raw((3, 3)), test=share, validation=share)
    assert data.summary.counts == {"train": 2, "validation": 2, "test": 2}
    assert all(sorted(y) == [0, 1] for _, y in data.splits.values())


def test_examples_are_not_left_in_the_order_of_their_classes():
    labels = made(raw((50, 50))).splits["train"][1]
    assert (np.diff(labels) != 0).sum() > 10


def test_a_summary_survives_json():
    summary = made(raw()).summary
    assert DataSummary.from_dict(json.loads(json.dumps(summary.to_dict()))) == summary


def test_the_copy_of_a_run_is_read_back_as_it_was(tmp_path):
    data = made(raw())
    data.save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]
    for name, (x, y) in data.splits.items():
        again_x, again_y = read_split(tmp_path, name)
        assert again_x.dtype == np.float32
        np.testing.assert_array_equal(again_x, x)
        np.testing.assert_array_equal(again_y, y)


@pytest.mark.parametrize("damage", ["gone", "cut", "another"])
def test_a_copy_that_cannot_be_read_is_said(tmp_path, damage):
    data = made(raw())
    data.save(tmp_path)
    file = tmp_path / FILE_NAME
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:200] if damage == "cut" else b"something else")
    with pytest.raises(UserInputError, match="cannot be read"):
        read_split(tmp_path, "train")


def test_data_is_found_by_what_it_looks_like():
    assert find_source("digits").name == "digits"
    assert find_source("some/where.NPZ").name == "npz"


@pytest.mark.parametrize(
    ("uri", "hint"), [("digit", "Did you mean 'digits'"), ("song.mp3", "DATA")]
)
def test_unknown_data_is_answered_with_what_can_be_read(uri, hint):
    with pytest.raises(UserInputError, match=f"Unknown data {uri!r}") as caught:
        find_source(uri)
    assert hint in str(caught.value)
    assert "FILE.npz" in str(caught.value)


def test_digits_are_the_whole_set(digits):
    assert digits.summary.counts == {"train": 1151, "validation": 287, "test": 359}
    assert digits.summary.input == InputSpec("image", (8, 8, 1), 0.0, 16.0)
    assert digits.summary.class_names == tuple("0123456789")
    again = load("digits", test=0.2, validation=0.2, seed=0)
    assert again.summary.fingerprint == digits.summary.fingerprint
