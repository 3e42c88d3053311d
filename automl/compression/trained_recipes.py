"""The built-in recipes that train a model on before it is written.

Names say what is done, in its order, and how the result is stored: ``_int8`` for
models whose every operation has an int8 form, ``_dynamic_int8`` for recurrent ones
and all others.
"""

from __future__ import annotations

from automl.compression.recipe import Recipe, Tolerance
from automl.compression.recipes import DYNAMIC_INT8, FLOAT32, INT8
from automl.compression.steps.base import ModelStep
from automl.compression.steps.channels.remove_channels import RemoveChannels
from automl.compression.steps.clustering.cluster import Cluster
from automl.compression.steps.distillation.distil import Distil
from automl.compression.steps.factoring.low_rank import LowRank
from automl.compression.steps.pruning.prune import Prune
from automl.compression.steps.rounding.quantization_aware import QuantizationAware

_STORED = {"": FLOAT32, "_int8": INT8, "_dynamic_int8": DYNAMIC_INT8}
_WORDS = {"": "", "_int8": ", then int8", "_dynamic_int8": ", then dynamic int8"}


def _recipe(name: str, summary: str, stored: str, *steps: ModelStep) -> Recipe:
    base = _STORED[stored]
    tolerance: Tolerance = base.tolerance
    return Recipe(
        name=f"{name}{stored}",
        summary=f"{summary}{_WORDS[stored]}",
        steps=(*steps, *base.steps),
        tolerance=tolerance,
    )


_HALF = "half of each kernel's weights zero"
_MOST = "80% of each kernel's weights zero"
_SHARED = "16 values for each kernel"

PRUNE50_INT8 = _recipe("prune50", _HALF, "_int8", Prune(sparsity=0.5))
PRUNE80_INT8 = _recipe("prune80", _MOST, "_int8", Prune(sparsity=0.8))
PRUNE80_DYNAMIC_INT8 = _recipe("prune80", _MOST, "_dynamic_int8", Prune(sparsity=0.8))
TWO_FOUR_INT8 = _recipe(
    "two_four", "two of every four inputs zero", "_int8", Prune(schedule="two_four")
)
CLUSTER16_INT8 = _recipe("cluster16", _SHARED, "_int8", Cluster(clusters=16))
CLUSTER16_DYNAMIC_INT8 = _recipe("cluster16", _SHARED, "_dynamic_int8", Cluster(clusters=16))
PRUNE80_CLUSTER16_INT8 = _recipe(
    "prune80_cluster16",
    f"{_MOST}, {_SHARED}",
    "_int8",
    Prune(sparsity=0.8),
    Cluster(clusters=16),
)
QAT_INT8 = _recipe("qat", "trained with rounding", "_int8", QuantizationAware())
PQAT_INT8 = _recipe(
    "pqat", f"{_MOST}, trained with rounding", "_int8", Prune(sparsity=0.8), QuantizationAware()
)
CQAT_INT8 = _recipe(
    "cqat", f"{_SHARED}, trained with rounding", "_int8", Cluster(clusters=16), QuantizationAware()
)
PCQAT_INT8 = _recipe(
    "pcqat",
    f"{_MOST}, {_SHARED}, trained with rounding",
    "_int8",
    Prune(sparsity=0.8),
    Cluster(clusters=16),
    QuantizationAware(),
)
_CUT = "channels removed until half of the FLOPs are left"
CHANNELS50 = _recipe("channels50", _CUT, "", RemoveChannels(flops=0.5))
CHANNELS50_INT8 = _recipe("channels50", _CUT, "_int8", RemoveChannels(flops=0.5))
CHANNELS50_DYNAMIC_INT8 = _recipe("channels50", _CUT, "_dynamic_int8", RemoveChannels(flops=0.5))
_FACTORS = "large kernels as products of smaller ones"
LOW_RANK_INT8 = _recipe("low_rank", _FACTORS, "_int8", LowRank())
LOW_RANK_DYNAMIC_INT8 = _recipe("low_rank", _FACTORS, "_dynamic_int8", LowRank())
_LEARNED = "trained on the answers of the run's best models"
DISTIL_INT8 = _recipe("distil", _LEARNED, "_int8", Distil(teachers=3))
DISTIL_DYNAMIC_INT8 = _recipe("distil", _LEARNED, "_dynamic_int8", Distil(teachers=3))
