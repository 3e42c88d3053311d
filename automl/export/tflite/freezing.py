"""A model's inference as a function without variables, which converters and counters read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

#: Inside `frozen_once`: id of a model -> the model, which keeps its id taken, and
#: what `freeze` made of it.
_FROZEN: ContextVar[dict[int, tuple[Any, Any]] | None] = ContextVar("frozen", default=None)


@contextmanager
def frozen_once() -> Iterator[None]:
    """Lets every model be frozen once inside: its weights must not change there."""
    token = _FROZEN.set({})
    try:
        yield
    finally:
        _FROZEN.reset(token)


def freeze(model: keras.Model) -> Any:
    """Returns the model's inference at batch 1 as a concrete function without variables.

    Control flow is kept as it is, so that recurrent layers stay loops; passing
    the unfrozen function to the converter gives NaN for some layers.
    """
    known = _FROZEN.get()
    if known is None:
        return _freeze(model)
    if id(model) not in known:
        known[id(model)] = (model, _freeze(model))
    return known[id(model)][1]


def _freeze(model: keras.Model) -> Any:
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    (given,) = model.inputs
    spec = tf.TensorSpec((1, *given.shape[1:]), given.dtype, name="input")
    function = tf.function(lambda x: model(x, training=False), autograph=False)
    return convert_variables_to_constants_v2(
        function.get_concrete_function(spec), lower_control_flow=False
    )
