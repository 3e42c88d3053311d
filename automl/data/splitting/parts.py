"""Which examples are in which split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Parts:
    """Positions of the examples of each split, none in two of them.

    Attributes:
        train: What is learned from.
        validation: What ranks candidates; None where it came with the data.
        test: What is used once, at the end; None where it came with the data.
        notes: What a person should know of the split.
    """

    train: np.ndarray
    validation: np.ndarray | None = None
    test: np.ndarray | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shares:
    """What share of the examples each split gets.

    Attributes:
        validation: Share of what is not for the test; 0 where validation
            examples came with the data.
        test: Share of all examples; 0 where test examples came with the data.
    """

    validation: float
    test: float

    @property
    def splits(self) -> int:
        """Number of splits to be made, 1 to 3."""
        return 1 + (self.validation > 0) + (self.test > 0)

    def counts(self, total: int) -> tuple[int, int, int]:
        """Returns how many of `total` examples train, validate and test, one each at least.

        Args:
            total: Number of examples, at least `splits`.
        """
        test = min(max(1, round(self.test * total)), total - self.splits + 1) if self.test else 0
        rest = total - test
        validation = min(max(1, round(self.validation * rest)), rest - 1) if self.validation else 0
        return rest - validation, validation, test
