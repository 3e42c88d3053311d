"""The mixer block mixes steps and channels, and leaves padding alone."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.mixer import Mixer, MixerChoices

AROUND = Surroundings(filters=6, normalization="layer", name="b")


def _model(around: Surroundings, masked: bool = False) -> keras.Model:
    inputs = keras.Input((8, 6), name="x")
    mask = keras.ops.max(
        keras.ops.cast(keras.ops.not_equal(inputs, 0.0), "float32"), axis=-1, keepdims=True
    )
    around = Surroundings(
        **{name: getattr(around, name) for name in ("filters", "strides", "normalization", "name")},
        mask=mask if masked else None,
    )
    keras.utils.set_random_seed(0)
    return keras.Model(inputs, Mixer().apply(MixerChoices(), inputs, around))


def _series(steps: int = 8) -> np.ndarray:
    inputs = np.random.default_rng(1).normal(size=(1, 8, 6)).astype("float32")
    inputs[:, steps:] = 0
    return inputs


def test_every_step_and_channel_reaches_every_other() -> None:
    model, inputs = _model(AROUND), _series()
    changed = inputs.copy()
    changed[0, 0, 0] += 1
    difference = model.predict_on_batch(changed) - model.predict_on_batch(inputs)
    assert (difference != 0).all()


@pytest.mark.parametrize(("strides", "steps"), [(1, 8), (2, 4)])
def test_strides_and_width(strides: int, steps: int) -> None:
    around = Surroundings(filters=4, strides=strides, name="b")
    assert tuple(_model(around).output.shape) == (None, steps, 4)


def test_padding_stays_zero_and_is_not_read() -> None:
    model = _model(AROUND, masked=True)
    outputs = model.predict_on_batch(_series(5))
    assert (outputs[:, 5:] == 0).all()
    assert (outputs[:, :5] != 0).any()
    for normalization in ("layer", "batch", "none"):
        around = Surroundings(filters=6, normalization=normalization, name="b")
        assert np.isfinite(_model(around, masked=True).predict_on_batch(_series(1))).all()


def test_choices_check_themselves() -> None:
    with pytest.raises(ValueError, match="across"):
        MixerChoices(across=0.0)
    with pytest.raises(ValueError, match="expansion"):
        MixerChoices(expansion=0)
