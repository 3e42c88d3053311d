"""How far a search is, what trials cost and how long the rest will take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from automl.selection import score
from automl.tuning.budget import Budget
from automl.tuning.observer import Progress
from automl.types import Trial, TrialState

#: Share of a usual trial's time that must be left for another to start.
WORTHWHILE = 0.25


class Tally:
    """Counts how trials ended.

    Args:
        planned: Trials to train, or None.
        at_once: Returns how many trials are open at once now.

    Attributes:
        seen: Where the search stands, without its times.
        rejected_in_a_row: Candidates turned away since the last one was trained.
    """

    def __init__(self, planned: int | None, at_once: Callable[[], int] = lambda: 1) -> None:
        self.seen = Progress(planned=planned)
        self.rejected_in_a_row = 0
        self._at_once = at_once
        self._seconds = 0.0
        self._known: dict[int, tuple[TrialState, float]] = {}

    @property
    def trained(self) -> int:
        """Trials that were trained, in vain or not, be it to a rung."""
        return self.seen.completed + self.seen.failed + self.seen.paused + self.seen.stopped

    @property
    def usual(self) -> float:
        """Seconds that a trial takes, with what was turned away on the way to it."""
        count = self.trained - self.seen.failed
        return self._seconds / count if count else 0.0

    def count(self, trial: Trial) -> None:
        """Takes in a trial that has ended or was paused; what it was before is forgotten."""
        before, taken = self._known.get(trial.number, (None, 0.0))
        self._known[trial.number] = trial.state, trial.seconds
        # Rejected ones count too: they are part of what a trained trial costs.
        self._seconds += trial.seconds - taken
        counts = {str(trial.state): getattr(self.seen, trial.state) + 1}
        if before is not None and before is not trial.state:
            counts[str(before)] = getattr(self.seen, before) - 1
        if before is not trial.state:
            self.seen = replace(self.seen, **counts)
        rejected = trial.state is TrialState.REJECTED
        self.rejected_in_a_row = self.rejected_in_a_row + 1 if rejected else 0
        best = self.seen.best
        if trial.score is not None and (best is None or _rank(trial) > _rank(best)):
            self.seen = replace(self.seen, best=trial)

    def too_late(self, budget: Budget) -> bool:
        """Returns whether what is left is too little for a trial to be worth its start."""
        left = budget.seconds_left()
        return left is not None and left <= WORTHWHILE * self.usual

    def progress(self, budget: Budget, now: float, started: Iterable[float]) -> Progress:
        """Returns where the search stands.

        Args:
            budget: What may be spent.
            now: Seconds since the Unix epoch.
            started: When each open trial began, alike.
        """
        left, elapsed = self._seconds_left(budget, now, list(started)), now - budget.started
        return replace(self.seen, seconds_left=left, elapsed=elapsed, at_once=self._at_once())

    def _seconds_left(self, budget: Budget, now: float, started: Sequence[float]) -> float | None:
        """The smaller of what the time allows and what the trials left will take."""
        allowed, planned = budget.seconds_left(), self.seen.planned
        if planned is None or not self.trained:
            return allowed
        usual = self._seconds / self.trained
        in_hand = sum(now - began for began in started)
        needed = max(0.0, (planned - self.trained) * usual - in_hand) / self._at_once()
        if started:
            # The one that began last is not done any sooner for the others' being done.
            needed = max(needed, usual - (now - max(started)))
        return needed if allowed is None else min(allowed, needed)


def _rank(trial: Trial) -> tuple[bool, float]:
    """A trial that was trained to its end goes before those that were not."""
    return trial.state is TrialState.COMPLETED, score(trial)
