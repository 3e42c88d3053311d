"""Raw values in, answers out: rescaling, padding, and the way back."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces import InputSpec, TargetSpec
from search_spaces.layers.ends import finish, raw_variance, start, undo
from search_spaces.layers.sequence_heads import summarize
from search_spaces.testing import batch, signature_of


def rescaled(spec, values):
    begin = start(spec)
    return keras.Model(begin.inputs, begin.tensor).predict_on_batch(values)


def test_a_range_becomes_minus_one_to_one():
    spec = InputSpec("image", (2, 1, 1), low=10, high=20)
    values = np.array([10.0, 20.0], "float32").reshape(1, 2, 1, 1)
    np.testing.assert_allclose(rescaled(spec, values).ravel(), [-1, 1], atol=1e-6)


def test_channels_are_standardized():
    spec = InputSpec("series", (5, 2), mean=(3.0, -1.0), std=(2.0, 0.5))
    values = np.random.default_rng(0).normal((3, -1), (2, 0.5), (400, 5, 2))
    got = rescaled(spec, values)
    np.testing.assert_allclose(got, (values - (3, -1)) / (2, 0.5), atol=1e-5)


def test_padding_is_zero_after_it_and_marked():
    signature = signature_of("series 32x9")
    values, _ = batch(signature, 8)
    begin = start(signature.input)
    tensor, mask = keras.Model(begin.inputs, [begin.tensor, begin.mask]).predict_on_batch(values)
    lengths = (values != 0).any(-1).sum(-1)
    np.testing.assert_array_equal(mask[..., 0].sum(-1), lengths)
    assert (tensor[mask[..., 0] == 0] == 0).all()
    assert lengths.min() < 32


@pytest.mark.parametrize("steps", [1, 5, 8, 13])
def test_only_what_follows_the_last_step_of_data_is_padding(steps):
    spec = InputSpec("series", (steps, 1), low=-1, high=1, ragged=True)
    begin = start(spec)
    last = summarize("last", begin.tensor, "h", begin.mask)
    model = keras.Model(begin.inputs, [begin.mask, last])
    rng = np.random.default_rng(steps)
    values = (rng.integers(1, 9, (40, steps, 1)) * (rng.random((40, steps, 1)) < 0.4)) / 8.0
    mask, ends = model.predict_on_batch(values.astype("float32"))
    for row, one, end in zip(values[..., 0], mask[..., 0], ends[:, 0], strict=True):
        length = int(np.flatnonzero(row).max(initial=-1)) + 1
        np.testing.assert_array_equal(one, np.arange(steps) < length)
        assert end == pytest.approx(row[length - 1] if length else 0, abs=1e-6)


def test_the_mask_of_tokens_marks_what_is_no_padding():
    signature = signature_of("tokens 24")
    values, _ = batch(signature, 8)
    begin = start(signature.input)
    mask = keras.Model(begin.inputs, begin.mask).predict_on_batch(values)
    np.testing.assert_array_equal(mask[..., 0], values != 0)


@pytest.mark.parametrize("kind", ["image 8x8x1", "series 64x1", "vector 13"])
def test_undoing_gives_raw_values_back(kind):
    signature = signature_of(kind, "reconstruction")
    values, _ = batch(signature, 4)
    begin = start(signature.input)
    model = keras.Model(begin.inputs, undo(begin.tensor, signature.input))
    assert model.layers[-1].name == "outputs"
    np.testing.assert_allclose(model.predict_on_batch(values), values, rtol=1e-4, atol=1e-4)


def test_raw_variance_of_a_range_and_of_channels():
    assert raw_variance(InputSpec("image", (2, 2, 1), low=0, high=4)) == pytest.approx(4)
    spec = InputSpec("vector", (2,), mean=(0.0, 0.0), std=(1.0, 3.0))
    assert raw_variance(spec) == pytest.approx(5)


@pytest.mark.parametrize(
    ("target", "last", "low", "high"),
    [
        (TargetSpec("classification", 3), "probabilities", 0, 1),
        (TargetSpec("multilabel", 3), "probabilities", 0, 1),
        (TargetSpec("regression", 3), "outputs", -np.inf, np.inf),
    ],
)
def test_each_target_has_its_end(target, last, low, high):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, finish(inputs, target))
    assert model.layers[-1].name == last
    outputs = model.predict_on_batch(np.random.default_rng(0).normal(size=(5, 4)) * 9)
    assert outputs.shape == (5, 3)
    assert outputs.min() >= low
    assert outputs.max() <= high
    if target.kind == "classification":
        np.testing.assert_allclose(outputs.sum(-1), 1, atol=1e-5)
