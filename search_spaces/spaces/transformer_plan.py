"""How a transformer is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from search_spaces.signature import InputSpec, Signature

#: Fewest and most tokens: attention over fewer has nothing to choose from, and
#: its cost grows with their square.
FEWEST = 4
MOST = {1: 256, 2: 196}
ACTIVATIONS = ("gelu", "relu", "gelu_tanh", "silu", "hard_silu", "leaky_relu", "mish")

_SIDES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128)


@dataclass(frozen=True)
class TransformerPlan:
    """Limits of a transformer for one kind and size of input.

    Attributes:
        patches: Options for the side of a patch of an image or spectrogram, or
            for the length of a patch of steps; none where there are too many or
            too few positions.
        halvings: Options for how often convolutional tokens halve each axis of
            an image or spectrogram.
        strides: Options for the strides of convolutional tokens of a sequence.
        kernels: Options for their kernel's length.
        widths: Options for the channels.
        depths: Options for the number of encoders.
        encoders: Blocks of sequences to stack.
        activations: Options for the activation.
        embeddings: Options for the width of tokens' vectors; tokens only.
    """

    patches: tuple[int, ...]
    halvings: tuple[int, ...]
    strides: tuple[int, ...]
    kernels: tuple[int, ...] = (3, 5)
    widths: tuple[int, ...] = (16, 24, 32, 48, 64, 96)
    depths: tuple[int, ...] = (1, 2, 3, 4)
    encoders: tuple[str, ...] = ("encoder",)
    activations: tuple[str, ...] = ACTIVATIONS
    embeddings: tuple[int, ...] = ()

    @classmethod
    def of(cls, signature: Signature) -> TransformerPlan:
        """Returns the plan for a signature's input."""
        spec = signature.input
        if spec.kind == "tokens":
            strides = fitting(spec.size, (1, 2, 4, 8, 16))[:1]
            return cls(
                strides, (), strides, kernels=(3,), depths=(1, 2, 3), embeddings=(16, 32, 64, 128)
            )
        if spec.rank == 2:
            sides = _dividing(spec.size, fitting(spec.size, _SIDES))
            halved = fitting(spec.size, tuple(2**count for count in range(10)))
            halvings = tuple(factor.bit_length() - 1 for factor in halved)
            return cls(_spread(sides, 3), halvings[:2], _frame_strides(spec))
        steps = fitting(spec.size, tuple(2**count for count in range(20)))
        return cls(steps[:3], (), steps[:3])


def fitting(size: tuple[int, ...], factors: tuple[int, ...]) -> tuple[int, ...]:
    """Returns the factors that shrink a size to a fair number of tokens, finest first."""
    return tuple(
        factor
        for factor in factors
        if FEWEST <= prod(-(-length // factor) for length in size) <= MOST[len(size)]
        and factor <= min(size)
    )


def _dividing(size: tuple[int, ...], sides: tuple[int, ...]) -> tuple[int, ...]:
    """Returns the sides of patches that leave no rest, or all if these are too few."""
    whole = tuple(side for side in sides if not any(length % side for length in size))
    return whole if len(whole) > 1 else sides


def _frame_strides(spec: InputSpec) -> tuple[int, ...]:
    """Returns the strides over a spectrogram's frames; images have none."""
    if spec.kind != "spectrogram":
        return ()
    return fitting(spec.size[:1], tuple(2**count for count in range(20)))[:2]


def _spread(options: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Returns up to `count` options, evenly from the finest on, without the coarsest quarter."""
    kept = options[: max(count, len(options) * 3 // 4)]
    if len(kept) <= count:
        return kept
    return tuple(kept[round(i * (len(kept) - 1) / (count - 1))] for i in range(count))
