"""What is particular to the recurrent block."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.recurrent import CELLS, Recurrent, RecurrentChoices

STEPS = 6


def model(choices, steps=STEPS, masked=True, **around):
    keras.utils.set_random_seed(0)
    inputs, mask = keras.Input((steps, 3)), keras.Input((steps, 1))
    surroundings = Surroundings(
        **{"filters": 5, "normalization": "none"} | around, mask=mask if masked else None
    )
    outputs = Recurrent().apply(choices, inputs, surroundings)
    return keras.Model([inputs, mask] if masked else inputs, outputs)


def data():
    return np.random.default_rng(0).normal(size=(2, STEPS, 3)).astype("float32")


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("strides", [1, 2])
def test_a_padded_sequence_reads_as_the_unpadded_one(cell, bidirectional, strides):
    choices = RecurrentChoices(cell, bidirectional, residual=True)
    short = model(choices, masked=False, strides=strides)
    padded = model(choices, steps=STEPS + 4, strides=strides)
    padded.set_weights(short.get_weights())
    values = np.pad(data(), ((0, 0), (0, 4), (0, 0)), constant_values=9.0)
    mask = np.repeat((np.arange(STEPS + 4) < STEPS)[None, :, None], 2, axis=0).astype("float32")
    found = padded.predict_on_batch([values, mask])
    expected = short.predict_on_batch(data())
    steps = STEPS // strides
    np.testing.assert_allclose(found[:, :steps], expected, atol=1e-6)
    assert not found[:, steps:].any()


def test_two_directions_see_both_ends():
    layer = model(RecurrentChoices(bidirectional=True), masked=False)
    values, changed = data(), data()
    changed[:, -1] += 1
    first, second = (layer.predict_on_batch(x)[:, 0] for x in (values, changed))
    assert (first[:, :3] == second[:, :3]).all()
    assert (first[:, 3:] != second[:, 3:]).all()


def test_a_shortcut_of_another_width_is_projected():
    names = {
        filters: [
            each.name for each in model(RecurrentChoices(residual=True), filters=filters).layers
        ]
        for filters in (3, 5)
    }
    assert "bs" not in names[3]
    assert "bs" in names[5]


def test_strides_lose_no_input():
    layer = model(RecurrentChoices(), masked=False, strides=2)
    for step in range(STEPS):
        changed = data()
        changed[:, step] += 1
        assert (layer.predict_on_batch(changed) != layer.predict_on_batch(data())).any()


def test_keras_own_masks_end_in_the_block():
    inputs, mask = keras.Input((STEPS, 3)), keras.Input((STEPS, 1))
    for bidirectional in (False, True):
        around = Surroundings(filters=4, name=f"b{bidirectional:d}", mask=mask)
        outputs = Recurrent().apply(RecurrentChoices("gru", bidirectional), inputs, around)
        assert getattr(outputs, "_keras_mask", None) is None


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="A cell is one of"):
        RecurrentChoices(cell="elman")
    with pytest.raises(ValueError, match="at least 2 filters"):
        model(RecurrentChoices(bidirectional=True), filters=1)
    with pytest.raises(ValueError, match="reads sequences"):
        Recurrent().apply(RecurrentChoices(), keras.Input((4, 4, 3)), Surroundings(filters=4))
