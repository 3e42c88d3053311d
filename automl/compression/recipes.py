"""The built-in recipes.

Names say the stored weights; ``dynamic_`` means that activations stay float and
are quantized on the fly by the kernels that can (Jacob et al., 2018,
https://arxiv.org/abs/1712.05877, describes the int8 scheme of TFLite).
"""

from __future__ import annotations

from automl.compression.recipe import Recipe, Tolerance
from automl.compression.steps.pack import Pack
from automl.compression.steps.quantize import Quantize

FLOAT32 = Recipe(
    name="float32",
    summary="no compression",
    steps=(Pack(),),
    tolerance=Tolerance(max_abs_diff=1e-4, min_agreement=0.999),
)

FLOAT16 = Recipe(
    name="float16",
    summary="weights stored in half precision, computed in float32",
    steps=(Quantize(weights="float16"), Pack()),
    tolerance=Tolerance(max_abs_diff=2e-2, min_agreement=0.99),
)

DYNAMIC_INT8 = Recipe(
    name="dynamic_int8",
    summary="weights of 1,024 elements and more in int8, activations in float32",
    steps=(Quantize(weights="int8"), Pack()),
    tolerance=Tolerance(max_abs_diff=0.5, min_agreement=0.97),
)

INT8 = Recipe(
    name="int8",
    summary="weights and activations in int8, float32 input and output",
    steps=(Quantize(weights="int8", activations="int8", calibration_samples=256), Pack()),
    tolerance=Tolerance(max_abs_diff=0.6, min_agreement=0.97),
)

INT8_IO = Recipe(
    name="int8_io",
    summary="as int8, with int8 input and output, for devices that have no floats",
    steps=(
        Quantize(weights="int8", activations="int8", io="int8", calibration_samples=256),
        Pack(),
    ),
    tolerance=INT8.tolerance,
)

INT8_PERCENTILE = Recipe(
    name="int8_percentile",
    summary="as int8, with ranges that leave the outermost 0.01% of each tensor out",
    steps=(
        Quantize(
            weights="int8", activations="int8", calibration_samples=256, calibration="percentile"
        ),
        Pack(),
    ),
    tolerance=INT8.tolerance,
)

INT8_MIXED = Recipe(
    name="int8_mixed",
    summary="as int8, but what loses most, up to a tenth of the weights, stays in float32",
    steps=(
        Quantize(weights="int8", activations="int8", calibration_samples=256, float_share=0.1),
        Pack(),
    ),
    tolerance=INT8.tolerance,
)

INT16 = Recipe(
    name="int16",
    summary="weights in int8, activations in int16, float32 input and output",
    steps=(Quantize(weights="int8", activations="int16", calibration_samples=64), Pack()),
    tolerance=Tolerance(max_abs_diff=0.3, min_agreement=0.98),
)

WEIGHT_INT8 = Recipe(
    name="weight_int8",
    summary="kernels in int8, expanded before use, computed in float32",
    steps=(Quantize(weights="int8", weight_only=True), Pack()),
    tolerance=Tolerance(max_abs_diff=0.3, min_agreement=0.98),
)

WEIGHT_INT4 = Recipe(
    name="weight_int4",
    summary="kernels in int4, expanded before use, computed in float32",
    steps=(Quantize(weights="int4", weight_only=True), Pack()),
    tolerance=Tolerance(max_abs_diff=0.7, min_agreement=0.9),
)

UINT16 = Recipe(
    name="uint16",
    summary="kernels in 16 bits between their extremes, expanded when a web page loads them",
    steps=(Quantize(weights="uint16"), Pack()),
    tolerance=Tolerance(max_abs_diff=2e-2, min_agreement=0.99),
)

UINT8 = Recipe(
    name="uint8",
    summary="kernels in 8 bits between their extremes, expanded when a web page loads them",
    steps=(Quantize(weights="uint8"), Pack()),
    tolerance=Tolerance(max_abs_diff=0.5, min_agreement=0.97),
)

DYNAMIC_INT4 = Recipe(
    name="dynamic_int4",
    summary="kernels in int4, activations in float32",
    steps=(Quantize(weights="int4"), Pack()),
    tolerance=WEIGHT_INT4.tolerance,
)
