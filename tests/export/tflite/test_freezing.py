"""A model is frozen once where the caller says that its weights stand still."""

from __future__ import annotations

import keras

from automl.export.tflite.freezing import freeze, frozen_once


def test_once_inside_and_anew_outside():
    inputs = keras.Input((3,), name="x")
    first, second = (keras.Model(inputs, keras.layers.Dense(2, name="d")(inputs)) for _ in range(2))
    with frozen_once():
        assert freeze(first) is freeze(first)
        assert freeze(first) is not freeze(second)
        inside = freeze(first)
    assert freeze(first) is not inside
    with frozen_once():
        assert freeze(first) is not inside
