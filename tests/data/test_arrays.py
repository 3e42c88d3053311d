"""Arrays of images and labels, checked."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.arrays import images_and_labels
from automl.errors import UserInputError


def images(count=6, shape=(4, 4, 3), dtype="uint8", high=255):
    random = np.random.default_rng(0)
    return (random.uniform(0, 1, (count, *shape)) * high).astype(dtype)


LABELS = np.array([0, 1, 2, 0, 1, 2])


def test_images_and_labels_are_described():
    raw = images_and_labels(images(), LABELS)
    assert raw.input.shape == (4, 4, 3)
    assert (raw.input.low, raw.input.high) == (0.0, 255.0)
    assert raw.class_names == ("0", "1", "2")
    assert raw.y.dtype == np.int64


def test_grey_images_get_a_channel():
    assert images_and_labels(images(shape=(4, 5)), LABELS).input.shape == (4, 5, 1)


@pytest.mark.parametrize(
    ("labels", "names", "indices"),
    [
        (["cat", "dog", "cat", "ant", "dog", "ant"], ("ant", "cat", "dog"), [1, 2, 1, 0, 2, 0]),
        ([b"b", b"a", b"a", b"b", b"a", b"b"], None, [1, 0, 0, 1, 0, 1]),
        ([7, 3, 3, 7, 5, 5], ("3", "5", "7"), [2, 0, 0, 2, 1, 1]),
        ([-1, 1, 1, -1, 1, -1], ("-1", "1"), [0, 1, 1, 0, 1, 0]),
        ([True, False] * 3, ("False", "True"), [1, 0] * 3),
    ],
)
def test_labels_become_indices_of_sorted_classes(labels, names, indices):
    raw = images_and_labels(images(), np.array(labels))
    assert raw.y.tolist() == indices
    if names:
        assert raw.class_names == names


def test_labels_that_are_bytes_are_named_as_text():
    raw = images_and_labels(images(), np.array([b"cat", b"dog"] * 3))
    assert raw.class_names == ("cat", "dog")


def test_class_names_are_what_labels_index():
    raw = images_and_labels(images(), LABELS, class_names=["a", "b", "c", "unused"])
    assert raw.class_names == ("a", "b", "c", "unused")
    with pytest.raises(UserInputError, match="index the 2 class names"):
        images_and_labels(images(), LABELS, class_names=["a", "b"])


def test_a_test_split_shares_the_classes():
    raw = images_and_labels(
        images(), np.array(list("abcabc")), test=(images(2), np.array(["c", "d"]))
    )
    assert raw.class_names == ("a", "b", "c", "d")
    assert raw.test[1].tolist() == [2, 3]


@pytest.mark.parametrize(
    ("x", "low", "high"),
    [
        (images(), 0, 255),
        (images(high=16), 0, None),
        (images(dtype="float32", high=1), 0, None),
        (images(dtype="float64", high=1) - 0.5, None, None),
        (images(dtype="int32", high=1000), 0, None),
    ],
)
def test_the_range_covers_every_value(x, low, high):
    raw = images_and_labels(x, LABELS)
    assert raw.input.low <= raw.x.min()
    assert raw.input.high >= raw.x.max()
    if low is not None:
        assert raw.input.low == low
    if high is not None:
        assert raw.input.high == high


BAD = images(dtype="float32")
BAD[0, 0, 0, 0] = np.nan
BAD[1, 0, 0, 0] = np.inf


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.zeros((6, 4)), LABELS, "x must be images"),
        (np.zeros((0, 4, 4, 1)), np.zeros(0, int), "x must be images"),
        (np.zeros((6, 2, 4, 4, 1)), LABELS, "Received: shape (6, 2, 4, 4, 1)"),
        (BAD, LABELS, "2 NaN or infinite"),
        (images().astype(complex), LABELS, "real numbers"),
        (images().astype(str), LABELS, "real numbers"),
        (np.full((6, 4, 4, 1), 3.0), LABELS, "every value is 3"),
        (images(dtype="float32", high=1e20), LABELS, "within 1e+09 of each other"),
        (images(), LABELS[:5], "one label per example (6)"),
        (images(), np.eye(6), "one label per example"),
        (images(), LABELS + 0.5, "y must hold class labels"),
    ],
)
def test_what_does_not_fit_is_named(x, y, words):
    with pytest.raises(UserInputError) as caught:
        images_and_labels(x, y)
    assert words in str(caught.value)


def test_a_test_split_of_another_shape_is_named():
    with pytest.raises(UserInputError, match="x_test must have images of x's shape"):
        images_and_labels(images(), LABELS, test=(images(shape=(5, 5, 3)), LABELS))
