"""What a person wants of the file that ships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl.errors import UserInputError

#: Loss that is allowed where nobody says: this, or one standard error if that is more.
USUAL_DROP = 0.01
PREFERENCES = ("auto", "size", "gzip_size", "latency", "ram", "accuracy")
#: Objectives that are preferences, too.
_COSTS = ("size", "gzip_size", "latency", "ram")


@dataclass(frozen=True)
class Rule:
    """What a person wants of the file that ships.

    Attributes:
        max_drop: How much worse than the best float32 file it may be: points of a
            bounded metric (0.01 is one percent of the examples, for accuracy), a
            share of the value of others; None for `USUAL_DROP`, or one standard error.
        prefer: What is best among the files that are good enough, one of
            `PREFERENCES`; ``auto`` takes the cost that the search was to save.
    """

    max_drop: float | None = None
    prefer: str = "auto"

    def __post_init__(self) -> None:
        if self.prefer not in PREFERENCES:
            raise UserInputError(
                f"--prefer is one of {', '.join(PREFERENCES)}. Received: {self.prefer!r}."
            )
        if self.max_drop is not None and not 0 <= self.max_drop < 1:
            raise UserInputError(
                "--max-accuracy-drop is a share from 0 to 1, such as 1%."
                f" Received: {self.max_drop}."
            )

    def preference(self, objectives: Sequence[str]) -> str:
        """Returns what is preferred, with ``auto`` spelled out."""
        if self.prefer != "auto":
            return self.prefer
        return next((name for name in objectives if name in _COSTS), "accuracy")
