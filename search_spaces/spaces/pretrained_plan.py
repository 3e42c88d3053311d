"""How a pretrained backbone is fitted to its images."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.signature import Signature
from search_spaces.spaces.pretrained_weights import BACKBONES, WEIGHTS

TRAINED = ("none", "last", "all")
#: Short sides the backbones are useful at, in pixels; they were trained at 224.
_SIDES = (32, 64, 96, 128, 160, 224)
#: Largest factor by which images are enlarged: more adds cost and no detail.
_MOST_ENLARGED = 4


@dataclass(frozen=True)
class PretrainedPlan:
    """Limits of fine-tuning for one image size.

    Attributes:
        weights: ``"imagenet"``, or ``"none"`` for random ones.
        backbones: Options for the network.
        sides: Options for the short side that images are resized to, in pixels.
        trained: Options for how much of the backbone is trained: nothing, its
            last third, everything.
    """

    weights: str
    backbones: tuple[str, ...]
    sides: tuple[int, ...]
    trained: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.weights not in WEIGHTS:
            raise ValueError(f"`weights` is one of {WEIGHTS}. Received: {self.weights!r}")
        for name, known in (("backbones", tuple(BACKBONES)), ("trained", TRAINED)):
            given = getattr(self, name)
            if not given or set(given) - set(known):
                raise ValueError(f"`{name}` are of {known}. Received: {given}")
        if not self.sides or min(self.sides) < 32:
            raise ValueError(f"The backbones need sides of 32 and more. Received: {self.sides}")

    @classmethod
    def of(cls, signature: Signature) -> PretrainedPlan:
        """Returns the plan for a signature's image size."""
        return cls("imagenet", tuple(BACKBONES), _sides(min(signature.input.size)), TRAINED)


def _sides(short: int) -> tuple[int, ...]:
    """Returns the images' own short side, if it will do, and two larger ones."""
    own = (short,) if 32 <= short <= _SIDES[-1] else ()
    larger = [side for side in _SIDES if short < side <= _MOST_ENLARGED * short]
    if short > _SIDES[-1]:
        larger = [96, 160, 224]
    return (*own, *larger[-2:]) if own else tuple(larger[-3:])
