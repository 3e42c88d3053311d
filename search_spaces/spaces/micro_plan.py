"""How the space `micro` is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.signature import Signature
from search_spaces.spaces.staged_plan import StagedPlan, stages_for, strides_for

_WIDTHS = (8, 12, 16, 24, 32, 48, 64)


@dataclass(frozen=True)
class MicroPlan(StagedPlan):
    """Few stages, narrow blocks, and only what int8 kernels for microcontrollers have."""

    @classmethod
    def of(cls, signature: Signature) -> MicroPlan:
        """Returns the plan for a signature's input."""
        spec = signature.input
        strides, halving = strides_for(spec, large=128)
        heard = spec.kind == "spectrogram"
        return cls(
            size=spec.size,
            stem_strides=strides,
            halving=halving,
            max_stages=stages_for(spec.size, strides * halving, most=3),
            stems=("plain", "strided") if halving == 2 else ("plain",),
            stem_widths=(8, 16, 24) if not heard else (16, 32, 64),
            stem_kernels=(3, 5),
            widths=_WIDTHS if not heard else _WIDTHS[2:],
            width_options=5,
            depths=(1, 2) if not heard else (1, 2, 4),
            blocks=("separable", "plain", "residual", "inverted"),
            poolings=("average", "max", "stride"),
            activations=("relu", "relu6", "hard_silu"),
            normalizations=("batch",),
            heads=("average", "max", "dense"),
            hidden=(16, 32),
        )
