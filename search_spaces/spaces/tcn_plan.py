"""How a temporal convolutional space is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.layers.sequence_heads import SEQUENCE_HEADS
from search_spaces.signature import Signature
from search_spaces.spaces.options import check_count, check_counts, check_names, divided

#: Steps beyond which convolutions at full length cost more than they tell.
_LONGEST = 512
#: Fewest steps that are worth dilated convolutions.
_SHORTEST = 8


@dataclass(frozen=True)
class TcnPlan:
    """Limits of a temporal convolutional network for one length of input.

    Attributes:
        steps: Length of the input.
        shortenings: Options for how many steps the stem makes one, powers of two.
        embeddings: Options for the width of a token's vector.
        kernels: Options for the steps that a kernel reads.
        levels: Options for the number of blocks; the dilation doubles from each
            to the next, and the most levels let kernels of 3 reach over the input.
        widths: Options for the channels of every block.
        heads: Options for how the steps become one vector.
    """

    steps: int
    shortenings: tuple[int, ...]
    levels: tuple[int, ...]
    embeddings: tuple[int, ...] = (16, 32, 64, 128)
    kernels: tuple[int, ...] = (3, 5, 7)
    widths: tuple[int, ...] = (16, 24, 32, 48, 64, 96)
    heads: tuple[str, ...] = SEQUENCE_HEADS

    def __post_init__(self) -> None:
        check_names(self, "heads", SEQUENCE_HEADS)
        check_count(self, "steps")
        check_counts(self, "shortenings", "levels", "embeddings", "widths")
        check_counts(self, "kernels", least=2)

    @classmethod
    def of(cls, signature: Signature) -> TcnPlan:
        """Returns the plan for a signature's length."""
        steps = signature.input.shape[0]
        powers = [2**n for n in range(steps.bit_length())]
        fitting = [f for f in powers if _SHORTEST <= divided(steps, f) <= _LONGEST]
        shortenings = tuple(fitting[:3]) or (1,)
        most = levels_for(divided(steps, shortenings[0]))
        return cls(steps, shortenings, tuple(range(max(1, most - 3), most + 1)))


def levels_for(steps: int, kernel: int = 3) -> int:
    """Returns how many blocks of doubling dilation see `steps` steps from the last one.

    A block has two convolutions, so that L of them reach over
    1 + 2 (kernel - 1) (2^L - 1) steps (Bai et al., 2018, section 3.2).
    """
    levels = 1
    while 1 + 2 * (kernel - 1) * (2**levels - 1) < steps:
        levels += 1
    return levels
