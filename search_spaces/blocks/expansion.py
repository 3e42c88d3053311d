"""What blocks decide that widen their channels and narrow them again."""

from __future__ import annotations

from dataclasses import dataclass

from search_spaces.blocks.base import check_kernel


@dataclass(frozen=True)
class ExpansionChoices:
    """What a block decides that widens and narrows.

    Attributes:
        kernel: Length of the inner kernel on each axis.
        expansion: Inner width over input width.
        excitation: Hidden width of the channels' gate over inner width; 0 for no gate.
    """

    kernel: int = 3
    expansion: int = 2
    excitation: float = 0.0

    def __post_init__(self) -> None:
        check_kernel(self.kernel)
        if self.expansion < 1:
            raise ValueError(f"`expansion` is at least 1. Received: expansion={self.expansion}")
        if not 0 <= self.excitation <= 1:
            raise ValueError(f"`excitation` lies in [0, 1]. Received: {self.excitation}")
