"""How a transformer is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from search_spaces.layers.activations import ACTIVATIONS as KNOWN_ACTIVATIONS
from search_spaces.signature import InputSpec, Signature
from search_spaces.spaces.options import check_counts, check_names

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

    def __post_init__(self) -> None:
        check_counts(self, "patches", "strides", empty=True)
        check_counts(self, "halvings", least=0, empty=True)
        check_counts(self, "kernels", "widths", "depths")
        check_counts(self, "embeddings", empty=True)
        check_names(self, "encoders")
        check_names(self, "activations", KNOWN_ACTIVATIONS)

    def tokenizers(self, spec: InputSpec) -> dict[str, tuple[int, ...]]:
        """Returns the kinds of tokens that an input can become, and the factors of each."""
        options = {
            "tokens": {"embedding": self.strides},
            "series": {"convolution": self.strides, "patch": self.patches},
            "image": {"convolution": self.halvings, "patch": self.patches},
            "spectrogram": {
                "convolution": self.halvings,
                "patch": self.patches,
                "frames": self.strides,
            },
        }[spec.kind]
        return {name: factors for name, factors in options.items() if factors}

    def fewest_steps(self, spec: InputSpec) -> int:
        """Returns the steps that the coarsest tokens of an input leave."""
        counts = []
        for name, factors in self.tokenizers(spec).items():
            coarsest = max(factors)
            if name == "convolution" and spec.rank == 2:
                coarsest = 2**coarsest
            size = spec.size[:1] if name == "frames" else spec.size
            counts.append(prod(-(-length // coarsest) for length in size))
        return min(counts)

    def kernel_strides(self) -> tuple[int, ...]:
        """Returns the strides at which kernels of convolutional tokens differ.

        At others they are longer than all but one, so as to skip no step.
        """
        second = sorted(self.kernels)[:2][-1]
        return tuple(each for each in self.strides if least_kernel(each) < second)


def least_kernel(strides: int) -> int:
    """Returns the shortest kernel with which strided convolutions overlap."""
    return 1 if strides == 1 else 2 * strides - 1


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
