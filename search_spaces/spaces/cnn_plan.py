"""How a convolutional space is scaled to its input."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.signature import Signature

_WIDTHS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192)


@dataclass(frozen=True)
class CnnPlan:
    """Limits of a convolutional network for one image size.

    Attributes:
        size: Height and width of the image, in pixels.
        stem_strides: Strides of the first convolution: large images are shrunk
            at once, or their first layers would cost nearly everything.
        max_stages: Most stages; the last one still sees at least 2x2 pixels.
        stem_widths: Options for the first convolution's channels.
        depths: Options for a stage's number of blocks.
    """

    size: tuple[int, int]
    stem_strides: int
    max_stages: int
    stem_widths: tuple[int, ...]
    depths: tuple[int, ...]

    @classmethod
    def of(cls, signature: Signature) -> CnnPlan:
        """Returns the plan for a signature's image shape."""
        height, width, _ = signature.input.shape
        strides = 1 if min(height, width) < 48 else 2 if min(height, width) < 128 else 4
        small = min(_up(height, strides), _up(width, strides))
        stages = 1
        while stages < 4 and _up(small, 2 ** (stages + 1)) >= 2:
            stages += 1
        # Two 3x3 convolutions already see all of a tiny image's halved rows.
        depths = (1, 2) if small < 16 else (1, 2, 3)
        return cls((height, width), strides, stages, (8, 16, 24, 32), depths)

    def stage_size(self, number: int) -> tuple[int, int]:
        """Returns height and width that stage `number` (from 1) works at."""
        factor = self.stem_strides * 2**number
        return _up(self.size[0], factor), _up(self.size[1], factor)

    def stage_widths(self, number: int) -> tuple[int, ...]:
        """Returns the options for the channels of stage `number` (from 1)."""
        start = min(number - 1, 4)
        return _WIDTHS[start : start + (5 if min(self.size) < 16 else 6)]


def _up(length: int, divisor: int) -> int:
    return -(-length // divisor)
