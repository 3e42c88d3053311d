"""The built-in recipes.

Names say the stored weights; ``dynamic_`` means that activations stay float and
are quantized on the fly by the kernels that can (Jacob et al., 2018,
https://arxiv.org/abs/1712.05877, describes the int8 scheme of TFLite).
"""

from __future__ import annotations

from typing import Any

from automl.compression.recipe import Recipe, Tolerance
from automl.compression.steps.base import Step
from automl.compression.steps.pack import Pack
from automl.compression.steps.quantize import Quantize


def _recipe(name: str, summary: str, tolerance: Tolerance, **quantize: Any) -> Recipe:
    """Returns a recipe that trains nothing.

    Args:
        name: Name of the recipe.
        summary: One line for people.
        tolerance: What verification demands.
        quantize: Fields of `Quantize`; none to store weights as they are.
    """
    steps: tuple[Step, ...] = (Quantize(**quantize), Pack()) if quantize else (Pack(),)
    return Recipe(name, summary, steps, tolerance)


#: How full int8 and kernels in int4 are held to their models.
_AS_INT8 = Tolerance(max_abs_diff=0.6, min_agreement=0.97)
_AS_INT4 = Tolerance(max_abs_diff=0.7, min_agreement=0.9)
#: What full int8 is made of.
_FULL_INT8: dict[str, Any] = {
    "weights": "int8",
    "activations": "int8",
    "calibration_samples": 256,
}

FLOAT32 = _recipe("float32", "no compression", Tolerance(1e-4, 0.999))
FLOAT16 = _recipe(
    "float16",
    "weights stored in half precision, computed in float32",
    Tolerance(2e-2, 0.99),
    weights="float16",
)
DYNAMIC_INT8 = _recipe(
    "dynamic_int8",
    "weights of 1,024 elements and more in int8, activations in float32",
    Tolerance(0.5, 0.97),
    weights="int8",
)
INT8 = _recipe(
    "int8", "weights and activations in int8, float32 input and output", _AS_INT8, **_FULL_INT8
)
INT8_IO = _recipe(
    "int8_io",
    "as int8, with int8 input and output, for devices that have no floats",
    _AS_INT8,
    **_FULL_INT8,
    io="int8",
)
INT8_PERCENTILE = _recipe(
    "int8_percentile",
    "as int8, with ranges that leave the outermost 0.01% of each tensor out",
    _AS_INT8,
    **_FULL_INT8,
    calibration="percentile",
)
INT8_MIXED = _recipe(
    "int8_mixed",
    "as int8, but what loses most, up to a tenth of the weights, stays in float32",
    _AS_INT8,
    **_FULL_INT8,
    float_share=0.1,
)
INT16 = _recipe(
    "int16",
    "weights in int8, activations in int16, float32 input and output",
    Tolerance(0.3, 0.98),
    weights="int8",
    activations="int16",
    calibration_samples=64,
)
WEIGHT_INT8 = _recipe(
    "weight_int8",
    "kernels in int8, expanded in RAM before use, computed in float32",
    Tolerance(0.3, 0.98),
    weights="int8",
    weight_only=True,
)
WEIGHT_INT4 = _recipe(
    "weight_int4",
    "kernels in int4, expanded in RAM before use, computed in float32",
    _AS_INT4,
    weights="int4",
    weight_only=True,
)
UINT16 = _recipe(
    "uint16",
    "kernels in 16 bits between their extremes, expanded when a web page loads them",
    Tolerance(2e-2, 0.99),
    weights="uint16",
)
UINT8 = _recipe(
    "uint8",
    "kernels in 8 bits between their extremes, expanded when a web page loads them",
    Tolerance(0.5, 0.97),
    weights="uint8",
)
DYNAMIC_INT4 = _recipe(
    "dynamic_int4", "kernels in int4, activations in float32", _AS_INT4, weights="int4"
)
