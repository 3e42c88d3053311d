"""How a network of convolutions and attention is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.layers.activations import ACTIVATIONS as KNOWN_ACTIVATIONS
from search_spaces.layers.normalization import NORMALIZATIONS
from search_spaces.layers.pooling import POOLINGS
from search_spaces.signature import Signature
from search_spaces.spaces.options import check_count, check_counts, check_names
from search_spaces.spaces.staged_plan import convolution_blocks
from search_spaces.spaces.transformer_plan import ACTIVATIONS, fitting

_WIDTHS = (12, 16, 24, 32, 48, 64)


@dataclass(frozen=True)
class HybridPlan:
    """Limits of a hybrid for one kind and size of input.

    Attributes:
        size: Length of each axis of positions: pixels or steps.
        stem_strides: Strides of the first convolution.
        stages: Options for the number of convolutional stages; each halves every
            axis, and what is left are the tokens to attend to.
        stem_widths: Options for the first convolution's channels.
        stage_widths: Options for a stage's channels.
        stage_depths: Options for a stage's number of blocks.
        blocks: Convolutional blocks.
        poolings: Options of `search_spaces.layers.pooling.POOLINGS`.
        normalizations: Options for the convolutions' normalization.
        widths: Options for the encoders' channels.
        depths: Options for the number of encoders.
        encoders: Blocks of sequences to stack.
        activations: Options for the activation of all.
        embeddings: Options for the width of tokens' vectors; tokens only.
    """

    size: tuple[int, ...]
    stem_strides: int
    stages: tuple[int, ...]
    blocks: tuple[str, ...]
    stem_widths: tuple[int, ...] = (8, 16, 24, 32)
    stage_widths: tuple[int, ...] = _WIDTHS
    stage_depths: tuple[int, ...] = (1, 2)
    poolings: tuple[str, ...] = ("max", "average", "stride")
    normalizations: tuple[str, ...] = ("batch",)
    widths: tuple[int, ...] = (16, 24, 32, 48, 64, 96)
    depths: tuple[int, ...] = (1, 2, 3)
    encoders: tuple[str, ...] = ("encoder",)
    activations: tuple[str, ...] = ACTIVATIONS
    embeddings: tuple[int, ...] = ()

    @classmethod
    def of(cls, signature: Signature) -> HybridPlan:
        """Returns the plan for a signature's input."""
        spec = signature.input
        return cls(
            size=spec.size,
            stem_strides=_stem_strides(spec.size),
            stages=stage_counts(spec.size),
            blocks=convolution_blocks(spec.rank),
            embeddings=(16, 32, 64, 128) if spec.kind == "tokens" else (),
        )

    def __post_init__(self) -> None:
        check_counts(
            self, "size", "stem_widths", "stage_widths", "stage_depths", "widths", "depths"
        )
        check_counts(self, "stages")
        check_counts(self, "embeddings", empty=True)
        check_count(self, "stem_strides")
        for name in ("blocks", "encoders"):
            check_names(self, name)
        check_names(self, "poolings", POOLINGS)
        check_names(self, "normalizations", NORMALIZATIONS)
        check_names(self, "activations", KNOWN_ACTIVATIONS)

    def stage_size(self, number: int) -> tuple[int, ...]:
        """Returns the length of each axis of positions in stage `number` (from 1)."""
        factor = self.stem_strides * 2**number
        return tuple(-(-length // factor) for length in self.size)


def stage_counts(size: tuple[int, ...]) -> tuple[int, ...]:
    """Returns the numbers of stages that leave a fair number of positions, up to three."""
    strides = _stem_strides(size)
    # The shapes that stages leave are those of one division, rounded up.
    factors = fitting(size, tuple(strides * 2**count for count in range(1, 5)))
    return tuple((factor // strides).bit_length() - 1 for factor in factors)[:3]


def _stem_strides(size: tuple[int, ...]) -> int:
    """Returns by how much a first convolution shrinks large inputs: stages do the rest."""
    if len(size) == 2:
        return 1 if min(size) < 48 else 2 if min(size) < 128 else 4
    strides = 1
    while -(-size[0] // (strides * 2**3)) > 256:
        strides *= 2
    return strides
