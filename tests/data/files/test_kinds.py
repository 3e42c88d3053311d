"""Vectors, series and tokens in arrays: described, standardized on training data, kept."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.arrays.pairs import examples_and_labels
from automl.data.dataset import load, read_split, split
from automl.data.options import ReadOptions
from automl.errors import UserInputError

RANDOM = np.random.default_rng(0)
LABELS = np.arange(60) % 3


def made(x, kind):
    raw = examples_and_labels(x, LABELS, ReadOptions(input=kind))
    return split(raw, "here", "npz", test=0.2, validation=0.2, seed=0)


def series():
    x = RANDOM.normal(5, 3, (60, 7, 2)).astype("float32")
    x[::2, 4:] = 0
    return x


@pytest.mark.parametrize(
    ("shape", "kind", "expected", "inner"),
    [
        ((60, 5), "auto", "vector", (5,)),
        ((60, 4, 5), "auto", "image", (4, 5, 1)),
        ((60, 4, 5, 3), "auto", "image", (4, 5, 3)),
        ((60, 4, 5), "series", "series", (4, 5)),
        ((60, 9), "series", "series", (9, 1)),
        ((60, 4, 5), "spectrogram", "spectrogram", (4, 5, 1)),
    ],
)
def test_the_kind_is_what_was_said_or_what_the_shape_says(shape, kind, expected, inner):
    x = RANDOM.normal(size=shape)
    spec = examples_and_labels(x, LABELS, ReadOptions(input=kind)).input
    assert (spec.kind, spec.shape) == (expected, inner)


def test_statistics_are_those_of_the_training_split():
    data = made(RANDOM.normal(3, 2, (60, 4)).astype("float32"), "vector")
    train = data.splits["train"][0]
    np.testing.assert_allclose(data.summary.input.mean, train.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(data.summary.input.std, train.std(axis=0), rtol=1e-5)


def test_a_constant_channel_is_divided_by_one():
    x = RANDOM.normal(size=(60, 3)).astype("float32")
    x[:, 1] = 7.7
    assert made(x, "vector").summary.input.std[1] == 1.0


def test_images_are_rescaled_by_their_range_alone():
    assert made(RANDOM.uniform(0, 9, (60, 4, 4)), "image").summary.input.mean == ()


def test_rows_of_zeros_at_the_end_of_series_are_padding():
    data = made(series(), "series")
    assert data.summary.input.ragged
    assert "30 of 60 series" in data.summary.notes[0]
    train = data.splits["train"][0]
    rows = train.reshape(-1, 2)
    np.testing.assert_allclose(
        data.summary.input.mean, rows[rows.any(axis=1)].mean(axis=0), rtol=1e-4
    )


def test_whole_series_are_not_ragged():
    assert not made(RANDOM.normal(size=(60, 7, 2)), "series").summary.input.ragged


def test_tokens_have_a_vocabulary_and_stay_whole_numbers(tmp_path):
    x = RANDOM.integers(1, 40, (60, 8))
    x[0, 0] = 41
    data = made(x, "tokens")
    assert (data.summary.input.vocabulary, data.summary.input.mean) == (42, ())
    data.save(tmp_path)
    kept, _ = read_split(tmp_path, "train")
    assert kept.dtype == np.int32
    np.testing.assert_array_equal(kept, data.splits["train"][0])


def test_everything_else_is_read_as_float32(tmp_path):
    made(RANDOM.integers(0, 9, (60, 8)), "vector").save(tmp_path)
    assert read_split(tmp_path, "test")[0].dtype == np.float32


@pytest.mark.parametrize(
    ("x", "kind", "words"),
    [
        (RANDOM.normal(size=(60, 8)), "tokens", "with fractions"),
        (RANDOM.integers(-1, 9, (60, 8)), "tokens", "from -1 to 8"),
        (np.full((60, 8), 2_000_000), "tokens", "to 1,000,000"),
        (RANDOM.normal(size=(60, 8, 2, 2)), "series", "x must be series, count x steps"),
        (RANDOM.normal(size=60), "auto", "x must be images"),
        (np.full((60, 8), np.nan), "vector", "NaN alone"),
    ],
)
def test_what_does_not_fit_is_named(x, kind, words):
    with pytest.raises(UserInputError) as caught:
        examples_and_labels(x, LABELS, ReadOptions(input=kind))
    assert words in str(caught.value)


def test_a_source_that_knows_its_kind_refuses_another():
    with pytest.raises(UserInputError, match="digits holds images"):
        load("digits", options=ReadOptions(input="tokens"), test=0.2, validation=0.2, seed=0)
