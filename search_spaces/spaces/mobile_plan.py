"""How the space `mobile` is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.signature import Signature
from search_spaces.spaces.staged_plan import StagedPlan, stages_for, strides_for

_WIDTHS = (16, 24, 32, 48, 64, 96, 128, 160)


@dataclass(frozen=True)
class MobilePlan(StagedPlan):
    """Inverted bottlenecks and their kin, with what phones compute fast."""

    @classmethod
    def of(cls, signature: Signature) -> MobilePlan:
        """Returns the plan for a signature's input."""
        spec = signature.input
        strides, halving = strides_for(spec, large=160)
        return cls(
            size=spec.size,
            stem_strides=strides,
            halving=halving,
            max_stages=stages_for(spec.size, strides * halving, most=4),
            stems=("plain", "strided") if halving == 2 else ("plain",),
            stem_widths=(8, 16, 24, 32),
            stem_kernels=(3, 5),
            widths=_WIDTHS,
            width_options=5,
            depths=(1, 2, 3),
            blocks=("inverted", "fused", "separable"),
            poolings=("stride", "average", "max"),
            activations=("hard_silu", "relu6", "relu", "silu"),
            normalizations=("batch",),
            heads=("average", "max", "dense"),
            hidden=(64, 128),
            tops=(0, 96, 192),
        )
