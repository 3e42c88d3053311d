"""Dense layers one after the other, as a record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DenseLayers:
    """Dense layers one after the other.

    Attributes:
        widths: Units of each hidden layer, from the input on; none makes a linear
            model, or an encoder that finds the principal components.
    """

    widths: tuple[int, ...] = (64,)

    def __post_init__(self) -> None:
        if any(width < 1 for width in self.widths):
            raise ValueError(f"A layer has at least 1 unit. Received: widths={self.widths}")
