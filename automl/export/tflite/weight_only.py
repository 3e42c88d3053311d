"""Integer weights beside float activations, beyond what the converter offers."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

from automl.compression.steps.quantize import Quantize
from automl.errors import ConversionError, MissingPartError


def store_weights(content: bytes, step: Quantize) -> bytes:
    """Returns a float32 file with its weights in int8 or int4.

    They are expanded before use (weight-only), or the kernels that can quantize
    activations on the fly compute in integers (dynamic).

    Args:
        content: A float32 ``.tflite`` file.
        step: How weights are stored.

    Raises:
        MissingPartError: If ai-edge-quantizer is not installed.
        ConversionError: If it cannot treat the file.
    """
    try:
        from ai_edge_quantizer import quantizer, recipe
    except ImportError as error:
        raise MissingPartError(
            "Weight-only and int4 files need ai-edge-quantizer: pip install ai-edge-quantizer"
        ) from error
    bits = step.weights.removeprefix("int")
    kind = "weight_only" if step.weight_only else "dynamic"
    rules = getattr(recipe, f"{kind}_wi{bits}_afp32")()
    try:
        # It tells of its progress on both streams, where machines read ours.
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            tool = quantizer.Quantizer(content, rules)
            done: Any = tool.quantize()
    except Exception as error:  # It raises types of its own and plain ones.
        line = next((line for line in str(error).splitlines() if line.strip()), repr(error))
        raise ConversionError(f"ai-edge-quantizer cannot treat the file: {line}") from error
    return bytes(done.quantized_model)
