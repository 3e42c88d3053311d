"""How a recurrent space is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.layers.sequence_heads import SEQUENCE_HEADS
from search_spaces.signature import Signature
from search_spaces.spaces.options import check_count, check_counts, check_names, divided
from search_spaces.spaces.rnn_front import FRONTS

#: Steps beyond which a training step mostly waits for the loop.
_LONGEST = 256
#: Fewest steps that are worth a recurrent layer.
_SHORTEST = 4
#: Options for one shortening at most.
_MOST = 5


@dataclass(frozen=True)
class RnnPlan:
    """Limits of a recurrent network for one length of input.

    Attributes:
        steps: Length of the input.
        fronts: Options for the front end: ``"none"``, ``"conv"``, and on
            spectrograms ``"image"``.
        shortenings: Options for how many steps become one, powers of two.
        front_blocks: Options for the front end's convolutional block.
        front_widths: Options for its channels.
        embeddings: Options for the width of a token's vector.
        blocks: Options for the recurrent block.
        max_layers: Most recurrent layers.
        widths: Options for the channels of each, both directions together.
        heads: Options for how the steps become one vector.
        tfjs_steps: Most unrolled steps of all layers and directions together in
            a TF.js file, which has no loops.
    """

    steps: int
    fronts: tuple[str, ...]
    shortenings: tuple[int, ...]
    front_blocks: tuple[str, ...] = ("plain", "separable", "residual")
    front_widths: tuple[int, ...] = (16, 24, 32, 48, 64)
    embeddings: tuple[int, ...] = (16, 32, 64, 128)
    blocks: tuple[str, ...] = ("recurrent",)
    max_layers: int = 3
    widths: tuple[int, ...] = (16, 24, 32, 48, 64, 96, 128)
    heads: tuple[str, ...] = SEQUENCE_HEADS
    tfjs_steps: int = 192

    def __post_init__(self) -> None:
        check_names(self, "fronts", FRONTS)
        check_names(self, "heads", SEQUENCE_HEADS)
        check_names(self, "blocks")
        check_names(self, "front_blocks")
        check_counts(self, "shortenings", "front_widths", "embeddings")
        check_counts(self, "widths", least=2)  # Two directions share a layer's channels.
        check_count(self, "steps", "max_layers", "tfjs_steps")
        if any(factor & (factor - 1) for factor in self.shortenings):
            raise ValueError(f"`shortenings` are powers of two. Received: {self.shortenings}")

    @classmethod
    def of(cls, signature: Signature) -> RnnPlan:
        """Returns the plan for a signature's length."""
        steps = signature.input.shape[0]
        powers = [2**n for n in range(steps.bit_length())]
        fitting = [f for f in powers if _SHORTEST <= divided(steps, f) <= _LONGEST]
        image = signature.input.kind == "spectrogram" and signature.input.shape[1] >= 8
        fronts = ("none", "conv", "image") if image else ("none", "conv")
        return cls(steps, fronts, tuple(fitting[:_MOST]))

    def unrolled(self, shorten: int) -> int:
        """Returns the steps that TF.js unrolls at worst: every layer in both directions."""
        return divided(self.steps, shorten) * self.max_layers * 2
