"""How long a search may go on: seconds, trained trials, or both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

#: Seconds kept for compression, export, verification and report, unless that
#: is more than the share below.
FINISH_SECONDS = 20.0
FINISH_SHARE = 0.25
TIME_IS_UP = "the time was up"
#: Share of the search's time that one trial may take, where nobody says: whatever
#: its first candidates are like, a search compares a few.
TRIAL_SHARE = 1 / 3
#: Seconds that a trial has in any case, where nobody says.
LEAST_TRIAL = 15.0


#: Seconds for which what is kept for later is not worked out again.
KEPT_FOR = 1.0


def remembered(tell: Callable[[], float]) -> Callable[[], float]:
    """Returns what answers as `tell` does, but asks it no more than once in `KEPT_FOR` seconds."""
    known: list[tuple[float, float]] = []

    def answer() -> float:
        now = time.monotonic()
        if not known or now - known[0][0] > KEPT_FOR:
            known[:] = [(now, tell())]
        return known[0][1]

    return answer


@dataclass(frozen=True)
class Budget:
    """What is left to spend; `started` includes what earlier sessions used.

    Attributes:
        started: Seconds since the Unix epoch at which the clock began.
        time: Seconds for the whole command, or None.
        trials: Trained trials, or None.
        trial_time: Seconds for one trial, or None for a share of the time.
        kept: Tells how many seconds are kept for what follows the search.
    """

    started: float
    time: float | None
    trials: int | None
    trial_time: float | None = None
    kept: Callable[[], float] = float

    @property
    def end(self) -> float | None:
        """When the whole command should be done, in seconds since the Unix epoch."""
        return None if self.time is None else self.started + self.time

    @property
    def deadline(self) -> float | None:
        """When the last epoch should end, so that the rest fits into the time."""
        if self.time is None or self.end is None:
            return None
        return self.end - min(FINISH_SECONDS, FINISH_SHARE * self.time) - self.kept()

    @property
    def limit(self) -> float | None:
        """Seconds that one trial may take; None for no such bound."""
        if self.trial_time is not None or self.time is None:
            return self.trial_time
        searching = self.time - min(FINISH_SECONDS, FINISH_SHARE * self.time)
        return max(LEAST_TRIAL, TRIAL_SHARE * searching)

    def seconds_left(self) -> float | None:
        """Returns the seconds left for the search, or None if time is no bound."""
        return None if self.deadline is None else self.deadline - time.time()

    def spent(self, trained: int) -> str:
        """Returns why no further trial may start, or an empty string.

        Args:
            trained: Trials trained or in training.
        """
        if self.trials is not None and trained >= self.trials:
            return f"{self.trials} trials were trained"
        left = self.seconds_left()
        return TIME_IS_UP if left is not None and left <= 0 else ""
