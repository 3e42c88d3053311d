"""A model becomes plain data, and its weights find their way back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from automl.compression.tfmot.describing import describe, put_weights, weights_of
from automl.errors import CompressionError


def model() -> Any:
    """Returns a model with constants, slices, a dropout's seed and a layer called twice."""
    import keras
    from keras import ops

    inputs = keras.Input((6, 4))
    twice = keras.layers.Dense(4, name="d")
    tensor = keras.layers.Dropout(0.5, name="drop")(twice(twice(inputs)))
    tensor = ops.add(tensor[:, 1:], np.ones((5, 4), "float32"))
    tensor = ops.reshape(tensor, (-1, 20))
    return keras.Model(inputs, keras.layers.Dense(2, name="o")(tensor))


def test_is_plain_data() -> None:
    described = json.loads(json.dumps(describe(model())))
    names = [call["class"] for call in described["calls"]]
    assert names == ["Dense", "Dense", "Dropout", "GetItem", "Add", "Reshape", "Dense"]
    assert described["inputs"] == [{"shape": [6, 4], "dtype": "float32"}]
    first, second = described["calls"][:2]
    assert first["name"] == second["name"] == "d"
    assert second["args"] == {"tuple": [{"tensor": first["outputs"][0]}]}
    assert described["outputs"] == described["calls"][-1]["outputs"]


def test_weights_come_back_without_seeds() -> None:
    one, other = model(), model()
    weights = weights_of(one)
    assert sorted(weights) == ["d/0", "d/1", "o/0", "o/1"]
    put_weights(other, {key: value + 1 for key, value in weights.items()})
    np.testing.assert_array_equal(weights_of(other)["d/0"], weights["d/0"] + 1)


def test_what_is_no_graph_is_refused() -> None:
    import keras

    class Own(keras.Model):
        def call(self, x: Any) -> Any:
            return x

    with pytest.raises(CompressionError, match="functional"):
        describe(Own())
