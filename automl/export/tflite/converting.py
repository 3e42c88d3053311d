"""From a frozen function to the content of a file, by a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.compression.recipe import Recipe
from automl.errors import ConversionError

if TYPE_CHECKING:
    import numpy as np


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
