"""TFLite (LiteRT) files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.recipe import Recipe
from automl.errors import ConversionError
from automl.export.base import Exporter

if TYPE_CHECKING:
    import keras
    import numpy as np


class TFLiteExporter(Exporter):
    """Writes one ``model.tflite`` of builtin operators, batch 1.

    Its input has the type of the model's own (float32; int32 for tokens), its
    output is float32.
    """

    name: ClassVar[str] = "tflite"
    types: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {("float32", "float32"), ("float16", "float32"), ("int8", "float32"), ("int8", "int8")}
    )

    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Converts the model and writes the file."""
        path = folder / "model.tflite"
        path.write_bytes(convert(freeze(model), recipe, calibration))
        return path


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


def convert(frozen: Any, recipe: Recipe, calibration: np.ndarray) -> bytes:
    """Converts a frozen function.

    Args:
        frozen: What `freeze` returned.
        recipe: How weights and activations are stored.
        calibration: Raw examples of the model's input type, examples x shape;
            as many as the recipe asks for are used.

    Returns:
        The content of the ``.tflite`` file.

    Raises:
        ConversionError: If the converter refuses the model.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if recipe.weights != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if recipe.weights == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if recipe.activations == "int8":
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        samples = calibration[: recipe.calibration_samples]
        converter.representative_dataset = lambda: ([sample[None]] for sample in samples)
    try:
        content: bytes = converter.convert()
    except Exception as error:  # The converter raises types of its own and plain ones.
        line = next((line for line in str(error).splitlines() if line.strip()), repr(error))
        raise ConversionError(f"TFLite ({recipe.name}) refuses the model: {line}") from error
    return content
