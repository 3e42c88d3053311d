"""What became of a trial, read from what its job reported; nothing is written here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from automl.config import Constraints
from automl.errors import ConversionError, UserInputError
from automl.execution.base import EventKind, JobEvent
from automl.selection import objective_value
from automl.tasks.metrics import metric_of
from automl.tuning.constraints import broken, excess
from automl.tuning.curves import Bar
from automl.types import Measures, Rung, Trial, TrialState


def after_gate(trial: Trial, event: JobEvent, constraints: Constraints) -> Trial:
    """Returns a candidate that the gate let through (`RUNNING`), turned away or broke on."""
    if event.kind is EventKind.ERROR:
        if event.result["type"] != ConversionError.__name__:
            return after_error(trial, event)
        reason = f"cannot be converted: {event.result['message']}"
        return replace(trial, state=TrialState.REJECTED, reason=reason)
    measures = Measures(**event.result)
    reason = broken(constraints, measures)
    state = TrialState.REJECTED if reason else TrialState.RUNNING
    # What a trial died of first stays known until it has ended otherwise.
    return replace(trial, state=state, measures=measures, reason=reason or trial.reason)


def after_training(trial: Trial, event: JobEvent, objective: str) -> Trial:
    """Returns a trial as its training left it.

    Raises:
        UserInputError: If its models do not report the objective that ranks.
    """
    if event.kind is EventKind.ERROR:
        return after_error(trial, event)
    result = event.result
    value, epochs = score_of(objective, result["metrics"]), int(result["epochs"])
    state, rungs = TrialState.COMPLETED, trial.rungs
    if result.get("paused"):
        state, rungs = TrialState.PAUSED, (*rungs, Rung(epochs, value))
    elif result["reason"] == Bar.reason:
        state = TrialState.STOPPED
    return replace(
        trial,
        state=state,
        metrics=result["metrics"],
        score=value,
        error=result.get("error"),
        epochs=epochs,
        reason=result["reason"],
        rungs=rungs,
    )


def after_error(trial: Trial, event: JobEvent) -> Trial:
    """Returns a trial whose job raised."""
    reason = f"{event.result['type']}: {event.result['message']}"
    return replace(trial, state=TrialState.FAILED, reason=reason)


def score_of(objective: str, metrics: Mapping[str, float]) -> float:
    """Returns the metric that ranks trials, turned so that higher is better.

    Raises:
        UserInputError: If the models do not report it.
    """
    if objective not in metrics:
        raise UserInputError(
            f"The trials are ranked by {objective}, which has no value on this validation data."
            f" There is: {', '.join(metrics)}. Name one of them with --objective."
        )
    return metric_of(objective).turned(metrics[objective])


def costs_of(trial: Trial, objectives: Sequence[str]) -> dict[str, float]:
    """Returns what a trial costs by each of the objectives after the first, lower being better."""
    values = {name: -objective_value(trial, name) for name in objectives}
    return {name: value for name, value in values.items() if math.isfinite(value)}


def excess_of(trial: Trial, constraints: Constraints) -> float | None:
    """Returns how far a trial is over its bounds, as a ratio; None if none was measured.

    A candidate that was turned away for another reason has no ratio that says so.
    """
    if trial.measures is None or constraints == Constraints():
        return None
    ratio = excess(constraints, trial.measures)
    return ratio if ratio > 0 else None
