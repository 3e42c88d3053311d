"""What a network says in exact arithmetic, as near as 64 bits come to it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray


def outputs_in_64_bits(model: Any, inputs: NDArray[Any]) -> NDArray[np.float64]:
    """Returns what a float32 model says when it is computed in float64.

    Rounding adds up through hundreds of layers, in Keras as in any runtime: two
    that are both right differ by what each is off from this.

    Args:
        model: A built functional model of float32 layers.
        inputs: Raw examples.

    Returns:
        Outputs of the shape of the model's own.
    """
    # Every layer's policy is in its configuration, that of nested layers too.
    config = json.loads(json.dumps(model.get_config()).replace('"float32"', '"float64"'))
    twin = type(model).from_config(config)
    twin.set_weights(model.get_weights())
    given = inputs.astype("float64") if inputs.dtype.kind == "f" else inputs
    return np.asarray(twin(given, training=False), np.float64)
