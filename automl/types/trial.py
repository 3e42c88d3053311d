"""A candidate, from proposal to outcome, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: Folder, inside the run's, of the states that paused trials go on from.
PAUSES = "models/paused"


class TrialState(StrEnum):
    """Where a trial stands. `PROPOSED` and `RUNNING` are run again on resume.

    A `PAUSED` trial was trained to a rung and goes on if it is promoted; a
    `STOPPED` one was left there for good, without its weights.
    """

    PROPOSED = "proposed"  #: written, nothing done yet
    RUNNING = "running"  #: passed the gate, in training
    REJECTED = "rejected"  #: stopped at the gate, never trained
    PAUSED = "paused"  #: trained to a rung; may be gone on with
    STOPPED = "stopped"  #: trained to a rung; others were better
    COMPLETED = "completed"  #: trained and scored
    FAILED = "failed"  #: crashed or diverged; `reason` says how

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen to the trial."""
        return self not in (TrialState.PROPOSED, TrialState.RUNNING, TrialState.PAUSED)


@dataclass(frozen=True)
class Measures:
    """What the untrained artifact of a candidate costs.

    Attributes:
        params: Weights of the Keras model.
        flops: Floating-point operations of one inference, a multiply-add
            counted as two; None where it was not measured.
        size: Bytes of the artifact in the recipe that gates.
        gzip_size: The same bytes gzipped.
        latency_ms: Median milliseconds of one inference on this machine, one
            thread; None where it was not measured.
        recipe: The recipe that was measured.
        ram: Bytes of the interpreter's arena at its fullest, without delegates;
            None where the runtime does not say.
        size_is_floor: Whether `size` is only what the weights alone take: the
            candidate was rejected by that and never converted.
    """

    params: int
    flops: int | None
    size: int | None
    gzip_size: int | None
    latency_ms: float | None
    recipe: str
    size_is_floor: bool = False
    ram: int | None = None


@dataclass(frozen=True)
class Rung:
    """What a trial was worth after so many epochs.

    Attributes:
        epochs: Epochs trained until it was paused.
        score: Value of the first objective then, higher is better.
    """

    epochs: int
    score: float


@dataclass(frozen=True)
class Trial:
    """One candidate, from proposal to outcome.

    Attributes:
        number: Position in the order of proposals, from 0.
        values: Hyperparameter values as the oracle gave them.
        architecture: The active choices only; equal for equal models.
        proposed_by: ``"first guess"`` or the oracle's name.
        state: Where it stands.
        measures: What the gate measured, or None before it.
        metrics: Metric name -> value of the epoch kept.
        score: Value of the first objective, higher is better; None unless
            completed, paused or stopped.
        error: Standard error of that value; None where it is not known.
        epochs: Epochs trained; of one in training, those before its current rung.
        seconds: Seconds of gate and training.
        reason: Why it was rejected, failed or stopped early.
        deaths: How often a worker process ended in the middle of it.
        rungs: The rungs at which it was paused, the lowest first.
    """

    number: int
    values: dict[str, Any]
    architecture: dict[str, Any]
    proposed_by: str
    state: TrialState = TrialState.PROPOSED
    measures: Measures | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    score: float | None = None
    epochs: int = 0
    seconds: float = 0.0
    reason: str = ""
    deaths: int = 0
    error: float | None = None
    rungs: tuple[Rung, ...] = ()

    @property
    def model_file(self) -> str:
        """Path of the trained model inside the run's folder."""
        return f"models/trial_{self.number:05d}.keras"

    def pause_file(self, epochs: int) -> str:
        """Returns the path, inside the run's folder, of its state after so many epochs."""
        return f"{PAUSES}/trial_{self.number:05d}_{epochs}.npz"


@dataclass(frozen=True)
class Repeat:
    """A finalist trained once more, from another seed.

    Attributes:
        trial: Number of the trial whose configuration it has.
        number: Which training of that trial, from 1.
        seed: Seeds its weights and the order of its examples.
        state: `COMPLETED`, or `FAILED` with a reason.
        metrics: Metric name -> value of the epoch kept.
        score: Value of the first objective, higher is better; None unless completed.
        epochs: Epochs trained.
        seconds: Seconds of training.
        reason: Why it failed or stopped early.
    """

    trial: int
    number: int
    seed: int
    state: TrialState
    metrics: dict[str, float] = field(default_factory=dict)
    score: float | None = None
    epochs: int = 0
    seconds: float = 0.0
    reason: str = ""

    @property
    def model_file(self) -> str:
        """Path of its trained model inside the run's folder."""
        return f"repeats/trial_{self.trial:05d}_{self.number}.keras"

    @property
    def outputs_file(self) -> str:
        """Path of its outputs on validation data inside the run's folder."""
        return f"repeats/trial_{self.trial:05d}_{self.number}.npy"
