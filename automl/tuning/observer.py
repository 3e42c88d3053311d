"""Who watches a run: the command line draws it, a notebook prints it."""

from __future__ import annotations

from dataclasses import dataclass

from automl.types import Artifact, Trial


@dataclass(frozen=True)
class Progress:
    """Where the search stands.

    Attributes:
        completed: Trials trained and scored.
        rejected: Candidates the gate turned away.
        failed: Trials that crashed or diverged.
        paused: Trials that wait on a rung.
        stopped: Trials that were left on a rung.
        planned: Trials to train, or None.
        best: The best trial so far, or None; one that was trained to its end, once
            there is one.
        seconds_left: Seconds the search has left: the smaller of its time and
            an estimate from the trials so far; None if neither is known.
        elapsed: Seconds since the start, earlier sessions included.
        at_once: Trials that are trained at once.
    """

    completed: int = 0
    rejected: int = 0
    failed: int = 0
    paused: int = 0
    stopped: int = 0
    planned: int | None = None
    best: Trial | None = None
    seconds_left: float | None = None
    elapsed: float = 0.0
    at_once: int = 1


class Observer:
    """Hears of everything that happens; each method does nothing by default."""

    def stage(self, name: str) -> None:
        """A step of the pipeline begins, named in a few words."""

    def reading(self, done: int, total: int, what: str) -> None:
        """Data is being read: how many of how many (0 if unknown) of what, e.g. images."""

    def objectives(self, names: tuple[str, ...]) -> None:
        """What trials are ranked by is known; the first name ranks."""

    def progress(self, progress: Progress) -> None:
        """The search moved on, or a second passed."""

    def epoch(self, trial: Trial, epoch: int, epochs: int, metrics: dict[str, float]) -> None:
        """A trial finished an epoch (from 0) out of at most `epochs`."""

    def trial(self, trial: Trial) -> None:
        """A trial was rejected, failed, paused or completed."""

    def artifact(self, artifact: Artifact) -> None:
        """An artifact was judged, verified or refused."""

    def note(self, text: str) -> None:
        """Something a person should know."""
