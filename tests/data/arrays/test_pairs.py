"""Arrays of examples and labels: described, mended where that is safe, refused where not."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.arrays.named import from_named
from automl.data.arrays.pairs import examples_and_labels
from automl.data.options import ReadOptions
from automl.errors import UserInputError

LABELS = np.array([0, 1, 2, 0, 1, 2])


def images(count=6, shape=(4, 4, 3), dtype="uint8", high=255):
    random = np.random.default_rng(0)
    return (random.uniform(0, 1, (count, *shape)) * high).astype(dtype)


def read(x, y=LABELS, kind="auto", task="auto", **more):
    return examples_and_labels(x, y, ReadOptions(input=kind, task=task), **more)


def test_images_and_labels_are_described():
    raw = read(images())
    assert raw.input.shape == (4, 4, 3)
    assert (raw.input.low, raw.input.high) == (0.0, 255.0)
    assert raw.class_names == ("0", "1", "2")
    assert raw.y.dtype == np.int64
    assert (raw.task, raw.why) == ("classification", "3 classes in y")


def test_grey_images_get_a_channel():
    assert read(images(shape=(4, 5))).input.shape == (4, 5, 1)


def test_examples_without_labels_are_for_anomalies():
    raw = read(images(), None)
    assert (raw.target.kind, raw.task) == ("none", "anomaly")
    assert raw.y.tolist() == [0] * 6


def test_given_splits_share_the_classes():
    raw = read(
        images(),
        np.array(list("abcabc")),
        validation=(images(1), np.array(["e"])),
        test=(images(2), np.array(["c", "d"])),
    )
    assert raw.class_names == ("a", "b", "c", "d", "e")
    assert raw.validation[1].tolist() == [4]
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
    raw = read(x)
    assert raw.input.low <= raw.x.min()
    assert raw.input.high >= raw.x.max()
    if low is not None:
        assert raw.input.low == low
    if high is not None:
        assert raw.input.high == high


def test_missing_numbers_are_left_to_the_exported_file():
    x = np.random.default_rng(0).normal(size=(6, 3))
    x[2, 1] = np.nan
    raw = read(x)
    assert "1 value is missing" in raw.notes[0]
    fitted = raw.fit(np.array([0, 1, 2, 3]))
    assert fitted.front.raw_shape == (3,)
    assert fitted.input.shape == (fitted.front.width,) == (4,)


def test_what_is_fitted_knows_training_rows_alone():
    x = np.random.default_rng(0).normal(size=(6, 1))
    x[0, 0], x[5, 0] = np.nan, 1e6
    assert read(x).fit(np.array([0, 1, 2])).front.median == (pytest.approx(np.median(x[1:3, 0])),)


def test_gaps_in_series_are_interpolated_and_counted():
    x = np.random.default_rng(0).normal(size=(6, 5, 2))
    x[1, 1:3, 0] = np.nan
    x[2, 0, 1] = np.nan
    raw = read(x, kind="series")
    assert "3 missing values of 2 series" in raw.notes[0]
    np.testing.assert_allclose(raw.x[1, :, 0], np.interp(range(5), [0, 3, 4], x[1, [0, 3, 4], 0]))
    assert raw.x[2, 0, 1] == pytest.approx(x[2, 1, 1])
    assert not raw.input.ragged


def test_steps_of_nan_at_the_end_of_series_are_padding():
    x = np.random.default_rng(0).normal(size=(6, 5, 2))
    x[3, 3:] = np.nan
    raw = read(x, kind="series")
    assert raw.input.ragged
    assert not raw.x[3, 3:].any()
    assert "1 series of x end in NaN" in raw.notes[0]


def test_series_of_several_lengths_are_padded():
    raw = read([np.full((steps, 2), float(steps)) for steps in range(2, 8)])
    assert (raw.input.kind, raw.input.shape, raw.input.ragged) == ("series", (7, 2), True)
    assert raw.x[0, 2:].sum() == 0
    assert raw.x[5].min() == 7
    assert "several lengths, at most 7 steps" in raw.notes[0]


def test_lists_of_whole_numbers_are_tokens():
    raw = read([np.arange(1, 3 + row) for row in range(6)])
    assert (raw.input.kind, raw.input.shape, raw.input.vocabulary) == ("tokens", (7,), 8)


def test_splits_of_other_lengths_are_padded_to_the_longest():
    x = np.ones((6, 5, 2)) * np.arange(1, 7)[:, None, None]
    raw = read(x, kind="series", test=(np.ones((6, 8, 2)), LABELS))
    assert raw.x.shape == (6, 8, 2)
    assert raw.input.ragged


def test_length_cuts_series_and_says_so():
    raw = examples_and_labels(images(shape=(9, 2)), LABELS, ReadOptions(input="series", length=4))
    assert raw.input.shape == (4, 2)
    assert "cut to the first 4 of 9 steps" in raw.notes[0]


def test_a_column_that_never_changes_is_named():
    x = np.random.default_rng(0).normal(size=(6, 3))
    x[:, 1] = 7
    assert "1 of 3 column has one value everywhere and says nothing: 1." in read(x).notes


def test_texts_become_tokens_with_a_vocabulary_of_the_training_texts():
    texts = ["red fish", "blue fish", "one fish", "two fish", "red fish", "blue sky"]
    raw = read(texts, test=(["green fish"] * 2, np.array([0, 1])))
    assert (raw.input.kind, raw.x.dtype) == ("tokens", np.int32)
    fitted = raw.fit(np.array([0, 4]))
    assert fitted.encoder.vocabulary == ("fish", "red")
    assert len(fitted.test[0]) == 2
    assert len(fitted.x) == 6


BAD = images(dtype="float32")
BAD[0, 0, 0, 0] = np.nan
BAD[1, 0, 0, 0] = np.inf
ENDLESS = np.ones((6, 3))
ENDLESS[0, 0] = np.inf


@pytest.mark.parametrize(
    ("x", "y", "kind", "words"),
    [
        (np.zeros((6, 4)), LABELS, "image", "x must be images"),
        (np.zeros((0, 4, 4, 1)), np.zeros(0, int), "image", "x must be images"),
        (np.zeros((6, 2, 4, 4, 1)), LABELS, "auto", "Received: shape (6, 2, 4, 4, 1)"),
        (BAD, LABELS, "auto", "2 NaN or infinite"),
        (ENDLESS, LABELS, "auto", "1 infinite values"),
        (np.full((6, 4, 2), np.nan), LABELS, "series", "x[0], which is all NaN"),
        (images().astype(complex), LABELS, "auto", "real numbers"),
        (images().astype(str), LABELS, "auto", "real numbers"),
        (np.full((6, 4, 4, 1), 3.0), LABELS, "auto", "every value is 3"),
        (images(dtype="float32", high=1e20), LABELS, "auto", "within 1e+09 of each other"),
        (images(), LABELS[:5], "auto", "one label per example (6)"),
        ([np.ones((2, 3)), np.ones((2, 4))] * 3, LABELS, "auto", "examples of one shape"),
        ([np.ones(2), np.ones(0)] * 3, LABELS, "series", "3 without any"),
        ([np.ones(2), np.ones(3)] * 3, LABELS, "image", "several lengths are series"),
        (["a", "b"] * 3, LABELS, "image", "x holds texts"),
    ],
)
def test_what_does_not_fit_is_named(x, y, kind, words):
    with pytest.raises(UserInputError) as caught:
        read(x, y, kind)
    assert words in str(caught.value)


def test_a_split_of_another_shape_is_named():
    with pytest.raises(UserInputError, match="x_test must have images of x's shape"):
        read(images(), test=(images(shape=(5, 5, 3)), LABELS))


def test_a_split_without_labels_is_named():
    with pytest.raises(UserInputError, match="Either every split has labels or none"):
        read(images(), test=(images(), None))


def test_examples_without_a_target_are_left_out_and_listed():
    y = np.array([0.5, np.nan, 2, 3, np.inf, 5])
    raw = read(images(), y, groups=np.arange(6))
    assert raw.y[:, 0].tolist() == [0.5, 2, 3, 5]
    assert raw.groups.tolist() == [0, 2, 3, 5]
    assert [each.where for each in raw.skipped] == ["y[1]", "y[4]"]
    np.testing.assert_array_equal(raw.x, images()[[0, 2, 3, 5]])


@pytest.mark.parametrize("suffix", ["val", "valid", "validation"])
def test_named_arrays_are_put_in_their_roles(suffix):
    raw = from_named(
        {"x": images(), "y": LABELS, f"x_{suffix}": images(3), f"y_{suffix}": LABELS[:3],
         "groups": LABELS, "class_names": ["a", "b", "c"]},
        "here",
    )  # fmt: skip
    assert len(raw.validation[1]) == 3
    assert raw.groups.tolist() == LABELS.tolist()
    assert raw.class_names == ("a", "b", "c")


def test_options_name_other_arrays():
    arrays = {"x": images(), "y": LABELS, "age": np.linspace(0, 1, 6), "who": list("aabbcc")}
    raw = from_named(arrays, "here", ReadOptions(target=("age",), group="who"))
    assert raw.task == "regression"
    assert raw.groups.tolist() == list("aabbcc")
    for option in ({"target": ("agee",)}, {"group": "whoo"}):
        with pytest.raises(UserInputError, match=r"here must hold the array"):
            from_named(arrays, "here", ReadOptions(**option))
