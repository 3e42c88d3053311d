"""A model's inference as a function without variables, which converters and counters read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

#: Inside `frozen_once`: id of a model and batch -> the model, which keeps its id
#: taken, and what `freeze` made of it.
_FROZEN: ContextVar[dict[tuple[int, int], tuple[Any, Any]] | None] = ContextVar(
    "frozen", default=None
)


@contextmanager
def frozen_once() -> Iterator[None]:
    """Lets every model be frozen once inside: its weights must not change there."""
    token = _FROZEN.set({})
    try:
        yield
    finally:
        _FROZEN.reset(token)


def freeze(model: keras.Model, batch: int = 1) -> Any:
    """Returns the model's inference as a concrete function without variables.

    Control flow is kept as it is, so that recurrent layers stay loops; passing
    the unfrozen function to the converter gives NaN for some layers.

    Args:
        model: A built Keras model, of any number of inputs and outputs.
        batch: Examples of one call; 0 for any number.
    """
    known = _FROZEN.get()
    if known is None:
        return _freeze(model, batch)
    key = (id(model), batch)
    if key not in known:
        known[key] = (model, _freeze(model, batch))
    return known[key][1]


def _freeze(model: keras.Model, batch: int) -> Any:
    import keras
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    from automl.export.structure import nested

    several = len(model.inputs) > 1
    specs = [
        tf.TensorSpec(
            (batch or None, *given.shape[1:]),
            given.dtype,
            name=f"input_{number}" if several else "input",
        )
        for number, given in enumerate(model.inputs)
    ]

    def call(*tensors: Any) -> Any:
        outputs = keras.tree.flatten(model(nested(model, tensors), training=False))
        return outputs if len(outputs) > 1 else outputs[0]

    function = tf.function(call, autograph=False)
    return convert_variables_to_constants_v2(
        function.get_concrete_function(*specs), lower_control_flow=False
    )
