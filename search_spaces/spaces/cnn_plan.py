"""How the space `cnn` is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.layers.heads import HEADS
from search_spaces.layers.normalization import NORMALIZATIONS
from search_spaces.signature import InputSpec, Signature
from search_spaces.spaces.options import divided
from search_spaces.spaces.staged_plan import (
    StagedPlan,
    convolution_blocks,
    masked,
    sequence_strides,
    stages_for,
    strides_for,
)

_WIDTHS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192)


@dataclass(frozen=True)
class CnnPlan(StagedPlan):
    """Every convolution block, activation and normalization, at widths for the input."""

    @classmethod
    def of(cls, signature: Signature) -> CnnPlan:
        """Returns the plan for a signature's input."""
        spec = signature.input
        return _of_map(cls, spec) if spec.rank == 2 else _of_sequence(cls, spec)


def _of_map(cls: type[CnnPlan], spec: InputSpec) -> CnnPlan:
    side = min(spec.size)
    heard = spec.kind == "spectrogram"
    strides, halving = strides_for(spec, large=128)
    strides = min(strides, 2) if heard else strides
    shrunk = divided(side, strides)
    # Two 3x3 convolutions already see all of a tiny image's halved rows.
    depths = (1, 2) if shrunk < 16 else (1, 2, 3)
    return cls(
        size=spec.size,
        stem_strides=strides,
        halving=halving,
        max_stages=stages_for(spec.size, strides * halving, most=4),
        stems=("plain", "strided", "patchify"),
        stem_widths=(8, 16, 24, 32) if not heard else (16, 32, 64),
        stem_kernels=(3, 5),
        widths=_WIDTHS if not heard else _WIDTHS[2:],
        width_options=5 if side < 16 else 6,
        depths=(*depths, 4) if heard else depths,
        blocks=convolution_blocks(2),
        normalizations=NORMALIZATIONS,
        heads=HEADS,
    )


def _of_sequence(cls: type[CnnPlan], spec: InputSpec) -> CnnPlan:
    strides, halving = sequence_strides(spec)
    words = spec.kind == "tokens"
    return cls(
        size=spec.size,
        stem_strides=strides,
        halving=halving,
        max_stages=stages_for(spec.size, strides * halving, most=3 if words else 4),
        stems=("none", "plain") if words else _stems(halving),
        stem_widths=(16, 32, 64),
        stem_kernels=(3, 5, 9),
        widths=_WIDTHS[2:],
        width_options=6,
        depths=(1, 2, 3),
        blocks=convolution_blocks(1),
        # A group's statistics run over all steps, padding too.
        normalizations=tuple(
            name for name in NORMALIZATIONS if not masked(spec) or name != "group"
        ),
        heads=HEADS,
    )


def _stems(halving: int) -> tuple[str, ...]:
    return ("plain", "strided", "patchify") if halving == 2 else ("plain",)
