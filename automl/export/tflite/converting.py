"""From a frozen function to the content of a file, by a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.compression.recipe import Recipe
from automl.errors import AutomlError, ConversionError

if TYPE_CHECKING:
    import numpy as np


def convert(frozen: Any, recipe: Recipe, calibration: np.ndarray, flex: bool = False) -> bytes:
    """Converts a frozen function.

    Args:
        frozen: What `freeze` returned.
        recipe: How weights and activations are stored; its model steps are done.
        calibration: Raw examples of the model's input type, examples x shape;
            as many as the recipe asks for are used.
        flex: Whether TensorFlow's own operators may stand where TFLite has none.

    Returns:
        The content of the ``.tflite`` file.

    Raises:
        ConversionError: If the converter refuses the model.
    """
    from automl.export.tflite.packing import pack

    try:
        content = _converted(frozen, recipe, calibration, flex)
    except AutomlError:
        raise
    except Exception as error:  # The converter raises types of its own and plain ones.
        line = next((line for line in str(error).splitlines() if line.strip()), repr(error))
        raise ConversionError(f"TFLite ({recipe.name}) refuses the model: {line}") from error
    return pack(content) if recipe.packs else content


def _converted(frozen: Any, recipe: Recipe, calibration: np.ndarray, flex: bool) -> bytes:
    step = recipe.quantize
    samples = calibration[: step.calibration_samples]
    if step.activations == "int8":
        from automl.export.tflite.integers import to_integers

        return to_integers(_converter(frozen, flex), step, samples)
    if step.weight_only or step.weights == "int4":
        from automl.export.tflite.weight_only import store_weights

        return store_weights(_content(_converter(frozen, flex)), step)
    return _content(_set_types(_converter(frozen, flex), step.weights, step.activations, samples))


def _converter(frozen: Any, flex: bool = False) -> Any:
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    more = [tf.lite.OpsSet.SELECT_TF_OPS] if flex else []
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, *more]
    return converter


def _set_types(converter: Any, weights: str, activations: str, samples: np.ndarray) -> Any:
    import tensorflow as tf

    if weights != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if weights == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if activations == "int16":
        operators = tf.lite.OpsSet
        converter.target_spec.supported_ops = [
            operators.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
            operators.TFLITE_BUILTINS,
        ]
        converter.representative_dataset = lambda: ([sample[None]] for sample in samples)
    return converter


def _content(converter: Any) -> bytes:
    content: bytes = converter.convert()
    return content
