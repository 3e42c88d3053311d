"""Makes pictures smaller inside the exported file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from automl.errors import UserInputError
from automl.preprocessing.base import Front


@dataclass(frozen=True)
class Resize(Front):
    """Pictures of one size to a smaller one: means of blocks, then bilinear.

    Bilinear resizing alone looks at four pixels for each that it makes, so that
    halving a picture and more throws pixels away and leaves jagged lines.
    Blocks of n x n are replaced by their means first, with the largest n that
    keeps the result as large as it must be: what is left is a reduction by
    less than two.

    Attributes:
        height: Pixels of a raw picture.
        width: Pixels of a raw picture.
        channels: Values of a pixel.
        to_height: Pixels of the result, not more than `height`.
        to_width: Pixels of the result, not more than `width`.
    """

    name: ClassVar[str] = "resize"

    height: int
    width: int
    channels: int
    to_height: int
    to_width: int

    def __post_init__(self) -> None:
        if not (0 < self.to_height <= self.height and 0 < self.to_width <= self.width):
            raise UserInputError(
                "Pictures are made smaller, not larger. Received:"
                f" {self.height}x{self.width} to {self.to_height}x{self.to_width}."
            )

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Shape of one raw picture."""
        return (self.height, self.width, self.channels)

    def apply(self, inputs: Any) -> Any:
        """Returns (batch, to_height, to_width, channels) of (batch, height, width, channels)."""
        import keras

        block = (self.height // self.to_height, self.width // self.to_width)
        # What is left over at the right and at the bottom is cut off evenly on both sides.
        over = (self.height % block[0], self.width % block[1])
        features = inputs
        if any(over):
            sides = tuple((each // 2, each - each // 2) for each in over)
            features = keras.layers.Cropping2D(sides, name="resize_crop")(features)
        if block != (1, 1):
            features = keras.layers.AveragePooling2D(block, name="resize_mean")(features)
        if tuple(features.shape[1:3]) != (self.to_height, self.to_width):
            features = keras.layers.Resizing(self.to_height, self.to_width, name="resize")(features)
        return features
