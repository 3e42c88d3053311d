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
        from ai_edge_quantizer import quantizer
    except ImportError as error:
        raise MissingPartError(
            "Weight-only and int4 files need ai-edge-quantizer: pip install ai-edge-quantizer"
        ) from error
    from automl.export.tflite.lookups import as_lookups

    rules = _rules(int(step.weights.removeprefix("int")), weight_only=step.weight_only)
    try:
        # It tells of its progress on both streams, where machines read ours.
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            tool = quantizer.Quantizer(as_lookups(content), rules)
            done: Any = tool.quantize()
    except Exception as error:  # It raises types of its own and plain ones.
        line = next((line for line in str(error).splitlines() if line.strip()), repr(error))
        raise ConversionError(f"ai-edge-quantizer cannot treat the file: {line}") from error
    return bytes(done.quantized_model)


def _rules(bits: int, *, weight_only: bool) -> Any:
    """Returns the quantizer's own rules, but for tables of embeddings.

    Rows are expanded as they are looked up, not the whole table before. One scale
    does for 8 bits: one for each row, with its zero point, is 12 bytes beside as
    few as 32. For 4 bits it would be too coarse.
    """
    from ai_edge_quantizer import qtyping, recipe, recipe_manager

    kind = "weight_only" if weight_only else "dynamic"
    manager = recipe_manager.RecipeManager()
    manager.load_quantization_recipe(getattr(recipe, f"{kind}_wi{bits}_afp32")())
    grain = qtyping.QuantGranularity
    manager.add_dynamic_config(
        regex=".*",
        operation_name=qtyping.TFLOperationName.EMBEDDING_LOOKUP,
        num_bits=bits,
        granularity=grain.TENSORWISE if bits == 8 else grain.CHANNELWISE,
    )
    return manager.get_quantization_recipe()
