"""Standardized numbers back in their own units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from automl.preprocessing.base import Tail


@dataclass(frozen=True)
class Denormalize(Tail):
    """Multiplies each number by its standard deviation and adds its mean.

    Attributes:
        mean: Mean of each number on training data.
        std: Standard deviation of each number on training data.
    """

    name: ClassVar[str] = "denormalize"

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.mean) != len(self.std) or not self.mean:
            raise ValueError(
                "There is a mean and a standard deviation for each number. Received:"
                f" {len(self.mean)} and {len(self.std)}"
            )

    def apply(self, features: Any, outputs: Any) -> Any:
        """Returns (batch, numbers) in their own units."""
        import keras

        return keras.layers.Rescaling(list(self.std), list(self.mean), name="denormalize")(outputs)
