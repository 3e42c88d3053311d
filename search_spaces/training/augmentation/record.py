"""Which changes are made to training batches, and how strong they are."""

from __future__ import annotations

from dataclasses import dataclass, fields

FLIPS = ("none", "horizontal", "both")


@dataclass(frozen=True)
class Augmentation:
    """Random changes of training examples; all off by default.

    Attributes:
        flip: One of `FLIPS`: images are mirrored half of the time, each way.
        shift: Farthest an image moves, as a share of its height and width.
        rotation: Farthest an image turns, in degrees.
        zoom: Largest relative change of an image's scale, each axis alike.
        contrast: Largest relative change of the distance from an image's mean.
        brightness: Largest change of an image's values, as a share of their range.
        erasing: Longest sides of an erased rectangle, as a share of the image's.
        operations: Operations RandAugment draws for each image; 0 for none.
        magnitude: Strength of these operations, from 0 to 10.
        mixup: Shape of the Beta distribution that two examples are averaged
            by; 0 for none.
        cutmix: Share of the batches whose images get a rectangle of another.
        noise: Deviation of Gaussian noise, in deviations of the data.
        scaling: Deviation of a factor on an example's distance from the mean.
        time_mask: Longest stretch of steps set to the mean, as a share of them.
        frequency_mask: Widest band of bins set to the mean, as a share of them.
        time_shift: Farthest an example moves in time, as a share of its length.
        token_dropout: Share of the tokens that become unknown.
    """

    flip: str = "none"
    shift: float = 0.0
    rotation: float = 0.0
    zoom: float = 0.0
    contrast: float = 0.0
    brightness: float = 0.0
    erasing: float = 0.0
    operations: int = 0
    magnitude: int = 0
    mixup: float = 0.0
    cutmix: float = 0.0
    noise: float = 0.0
    scaling: float = 0.0
    time_mask: float = 0.0
    frequency_mask: float = 0.0
    time_shift: float = 0.0
    token_dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.flip not in FLIPS:
            raise ValueError(f"A flip is one of {FLIPS}. Received: flip={self.flip!r}")
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name != "flip" and value < 0:
                raise ValueError(f"`{each.name}` is at least 0. Received: {value}")
        for name in _SHARES:
            if getattr(self, name) > 1:
                raise ValueError(f"`{name}` is a share, at most 1. Received: {getattr(self, name)}")
        for name in ("zoom", "contrast", "token_dropout"):
            if getattr(self, name) >= 1:
                raise ValueError(f"`{name}` lies in [0, 1). Received: {getattr(self, name)}")
        if self.magnitude > 10:
            raise ValueError(f"`magnitude` is at most 10. Received: {self.magnitude}")

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return self != Augmentation()

    @property
    def mixes(self) -> bool:
        """Whether examples are mixed, and their labels with them."""
        return self.mixup > 0 or self.cutmix > 0


_SHARES = (
    "shift",
    "brightness",
    "erasing",
    "cutmix",
    "time_mask",
    "frequency_mask",
    "time_shift",
)
