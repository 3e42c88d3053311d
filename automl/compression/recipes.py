"""The built-in post-training recipes.

Names say the stored weights; ``dynamic_`` means that activations stay float and
are quantized on the fly by the kernels that can (Jacob et al., 2018,
https://arxiv.org/abs/1712.05877, describes the int8 scheme of TFLite).
"""

from __future__ import annotations

from automl.compression.recipe import Recipe, Tolerance

FLOAT32 = Recipe(
    name="float32",
    summary="no compression",
    weights="float32",
    activations="float32",
    calibration_samples=0,
    tolerance=Tolerance(max_abs_diff=1e-4, min_agreement=0.999),
)

FLOAT16 = Recipe(
    name="float16",
    summary="weights stored in half precision, computed in float32",
    weights="float16",
    activations="float32",
    calibration_samples=0,
    tolerance=Tolerance(max_abs_diff=2e-2, min_agreement=0.99),
)

DYNAMIC_INT8 = Recipe(
    name="dynamic_int8",
    summary="weights of 1,024 elements and more in int8, activations in float32",
    weights="int8",
    activations="float32",
    calibration_samples=0,
    tolerance=Tolerance(max_abs_diff=0.5, min_agreement=0.97),
)

INT8 = Recipe(
    name="int8",
    summary="weights and activations in int8, float32 input and output",
    weights="int8",
    activations="int8",
    calibration_samples=256,
    tolerance=Tolerance(max_abs_diff=0.6, min_agreement=0.97),
)
