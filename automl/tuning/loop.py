"""Ask, write, gate, train, record, tell: the search itself.

The loop knows nothing of Keras, and the oracle nothing of evaluation; both are
reached through `AskTell` and an `Executor`.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from automl.config import USUAL_EPOCHS, Constraints, SearchConfig
from automl.errors import AutomlError, ConversionError, UserInputError, WorkerDiedError
from automl.execution.base import EventKind, Executor, JobEvent
from automl.records.store import RunStore
from automl.selection import objective_value, score, worth_keeping
from automl.tasks.metrics import metric_of
from automl.tuning.ask_tell import AskTell
from automl.tuning.budget import TIME_IS_UP, Budget
from automl.tuning.constraints import broken, excess
from automl.tuning.observer import Observer, Progress
from automl.types import Measures, Trial, TrialState

#: A trial whose worker dies this often is given up.
MAX_DEATHS = 2
#: Trials that fail for the very same reason, with none that succeeds, end the search.
SAME_FAILURES = 5
#: Candidates that the gate may turn away in a row before the search gives up.
MAX_REJECTED = 300
#: Share of a usual trial's time that must be left for another to start.
WORTHWHILE = 0.25
#: Seconds between two signs of life to the store and the observer.
PULSE = 1.0
FIRST_GUESS = "first guess"


@dataclass
class _Open:
    """A trial in the hands of the executor."""

    trial: Trial
    started: float


class SearchLoop:
    """Runs trials until the budget is spent or nothing is left to try.

    Args:
        config: What to search.
        store: Where everything is written before and after it happens.
        executor: Runs the jobs.
        oracle: Proposes.
        guesses: Values to try first.
        architecture: Values -> the active choices, JSON-ready.
        space: The space as `space_spec` describes it.
        budget: What may be spent.
        observer: Hears of everything.
        gate: Format and recipes measured at the gate, smallest first.
        start_from: Path of a ``.keras`` file whose weights trials start with.
    """

    def __init__(
        self,
        *,
        config: SearchConfig,
        store: RunStore,
        executor: Executor,
        oracle: AskTell,
        guesses: Sequence[dict[str, Any]],
        architecture: Callable[[dict[str, Any]], dict[str, Any]],
        space: dict[str, Any],
        budget: Budget,
        observer: Observer,
        gate: tuple[str, Sequence[str]],
        start_from: str | None = None,
    ) -> None:
        self._config, self._store, self._executor = config, store, executor
        self._oracle, self._budget, self._observer = oracle, budget, observer
        self._architecture, self._space, self._gate = architecture, space, gate
        self._start_from = start_from
        self._epochs = config.epochs or USUAL_EPOCHS
        self._told_copied = False
        self._guesses = deque(guesses)
        self._again: deque[Trial] = deque()
        self._open: dict[int, _Open] = {}
        self._rejected_in_a_row = 0
        self._end = ""
        self._pulse = 0.0
        self._trial_seconds = 0.0
        self._seen = Progress(planned=config.trials)
        self._next_number = 0

    def run(self) -> str:
        """Searches and returns why it ended."""
        self._replay()
        while True:
            self._fill()
            self._beat()
            if not self._open:
                self._give_up_rest()
                return self._end
            event = self._executor.next_event(timeout=PULSE)
            if event is not None:
                self._handle(event)

    # Proposals.

    def _replay(self) -> None:
        """Teaches the oracle what earlier sessions found; unfinished trials come again."""
        for trial in self._store.trials():
            self._oracle.add(trial.number, trial.values)
            self._next_number = trial.number + 1
            if trial.state.finished:
                self._teach(trial)
                self._count(trial)
            else:
                self._again.append(replace(trial, state=TrialState.PROPOSED))
        trained = self._seen.completed + self._seen.failed
        if trained or self._again:
            self._observer.note(
                f"Resumed: {trained} trials are done, {len(self._again)} are run again."
            )

    def _fill(self) -> None:
        while (self._again or not self._end) and len(self._open) < max(1, self._config.workers):
            trained = self._seen.completed + self._seen.failed + len(self._open)
            spent = TIME_IS_UP if self._time_is_up() else self._budget.spent(trained)
            if spent:
                # A rejected candidate frees its place, so open ones do not end the search.
                self._end = spent if not self._open or spent == TIME_IS_UP else ""
                return
            trial = self._propose()
            if trial is None:
                self._end = "every configuration of the space was tried"
                return
            self._start(trial)

    def _time_is_up(self) -> bool:
        """Whether what is left is too little for a trial to be worth its start."""
        left, trained = self._budget.seconds_left(), self._seen.completed
        usual = self._trial_seconds / trained if trained else 0.0
        return left is not None and left <= WORTHWHILE * usual

    def _propose(self) -> Trial | None:
        if self._again:
            return self._again.popleft()
        number = self._next_number
        proposal = self._first_guess(number)
        if proposal is None:
            values = self._oracle.ask(number)
            if values is None:
                return None
            proposal = values, self._config.oracle
        values, by = proposal
        trial = Trial(number, values, self._architecture(values), by)
        self._store.add_trial(trial)
        self._next_number += 1
        return trial

    def _first_guess(self, number: int) -> tuple[dict[str, Any], str] | None:
        while self._guesses:
            values = self._guesses.popleft()
            if self._oracle.add(number, values):
                return values, FIRST_GUESS
        return None

    def _start(self, trial: Trial) -> None:
        job = self._executor.submit(
            "gate",
            {
                "space": self._space,
                "values": trial.values,
                "format": self._gate[0],
                "recipes": self._gate[1],
                "constraints": asdict(self._config.constraints),
                "task": self._config.task,
            },
        )
        self._open[job] = _Open(trial, time.time())

    def _give_up_rest(self) -> None:
        """Closes what an interruption left open and the budget no longer allows."""
        reason = f"interrupted, and not run again because {self._end}"
        for trial in self._again:
            self._store.update_trial(replace(trial, state=TrialState.FAILED, reason=reason))
        self._again.clear()

    # Outcomes.

    def _handle(self, event: JobEvent) -> None:
        entry = self._open.get(event.job)
        if entry is None:
            return
        if event.kind is EventKind.PROGRESS:
            epoch, metrics = event.result["epoch"], event.result["metrics"]
            self._store.add_epoch(entry.trial.number, epoch, metrics)
            self._observer.epoch(entry.trial, epoch, self._epochs, metrics)
            return
        del self._open[event.job]
        if event.kind is EventKind.DIED:
            self._died(entry, event.result["message"])
        elif entry.trial.state is TrialState.PROPOSED:
            self._gated(entry, event)
        else:
            self._trained(entry, event)

    def _gated(self, entry: _Open, event: JobEvent) -> None:
        if event.kind is EventKind.ERROR:
            if event.result["type"] == ConversionError.__name__:
                reason = f"cannot be converted: {event.result['message']}"
                self._finish(entry, state=TrialState.REJECTED, reason=reason)
            else:
                self._failed(entry, event)
            return
        measures = Measures(**event.result)
        reason = broken(self._config.constraints, measures)
        if reason:
            self._finish(entry, state=TrialState.REJECTED, measures=measures, reason=reason)
            return
        trial = replace(entry.trial, state=TrialState.RUNNING, measures=measures)
        self._store.update_trial(trial)
        job = self._executor.submit(
            "train",
            {
                "space": self._space,
                "values": trial.values,
                "seed": self._config.seed * 100_003 + trial.number,
                "epochs": self._epochs,
                "deadline": self._budget.deadline,
                "model_file": trial.model_file,
                "task": self._config.task,
                "class_weights": self._config.class_weights,
                "objective": self._config.objective[0],
                **({"start_from": self._start_from} if self._start_from else {}),
            },
        )
        self._open[job] = _Open(trial, entry.started)

    def _trained(self, entry: _Open, event: JobEvent) -> None:
        if event.kind is EventKind.ERROR:
            self._failed(entry, event)
            return
        metrics = event.result["metrics"]
        if copied := event.result.get("copied"):
            # Every trial starts so: once is enough to hear of it.
            if not self._told_copied:
                self._tell(f"Trial {entry.trial.number}: {copied}.")
            self._told_copied = True
        self._finish(
            entry,
            state=TrialState.COMPLETED,
            metrics=metrics,
            score=score_of(self._config.objective[0], metrics),
            error=event.result.get("error"),
            epochs=event.result["epochs"],
            reason=event.result["reason"],
        )

    def _failed(self, entry: _Open, event: JobEvent) -> None:
        reason = f"{event.result['type']}: {event.result['message']}"
        self._store.add_note(f"Trial {entry.trial.number}: {event.result['traceback']}")
        self._finish(entry, state=TrialState.FAILED, reason=reason)
        reasons = [trial.reason for trial in self._store.trials(TrialState.FAILED)]
        if not self._seen.completed and reasons == [reason] * SAME_FAILURES:
            raise AutomlError(f"The first {SAME_FAILURES} trials failed alike. {reason}")

    def _died(self, entry: _Open, cause: str) -> None:
        trial = replace(entry.trial, deaths=entry.trial.deaths + 1)
        if trial.deaths < MAX_DEATHS:
            self._tell(f"Trial {trial.number}: {cause} It is tried once more.")
            trial = replace(trial, state=TrialState.PROPOSED)
            self._store.update_trial(trial)
            self._again.append(trial)
            return
        self._finish(_Open(trial, entry.started), state=TrialState.FAILED, reason=cause)
        if not self._seen.completed and self._seen.failed >= MAX_DEATHS:
            raise WorkerDiedError(
                f"No trial can be run: {cause} The workers' own output is in"
                f" {self._store.folder / 'worker.log'}; automl doctor checks the installation."
            )

    def _finish(self, entry: _Open, **outcome: Any) -> None:
        trial = replace(entry.trial, seconds=time.time() - entry.started, **outcome)
        self._store.update_trial(trial)
        self._teach(trial)
        self._count(trial)
        if trial.state is TrialState.COMPLETED:
            self._prune_models()
        self._observer.trial(trial)
        self._beat(force=True)

    def _teach(self, trial: Trial) -> None:
        """Tells the oracle how a trial ended, and what the gate measured."""
        self._oracle.tell(
            trial.number,
            trial.score,
            costs_of(trial, self._config.objective[1:]),
            feasible=trial.state is not TrialState.REJECTED,
            excess=excess_of(trial, self._config.constraints),
        )

    def _count(self, trial: Trial) -> None:
        seen = self._seen
        # Rejected ones count too: they are part of what a trained trial costs.
        self._trial_seconds += trial.seconds
        if trial.state is TrialState.REJECTED:
            self._seen = replace(seen, rejected=seen.rejected + 1)
            self._rejected_in_a_row += 1
            if self._rejected_in_a_row >= MAX_REJECTED:
                self._end = f"{MAX_REJECTED} candidates in a row were rejected before training"
            return
        self._rejected_in_a_row = 0
        if trial.state is TrialState.FAILED:
            self._seen = replace(seen, failed=seen.failed + 1)
            return
        best = seen.best
        if best is None or score(trial) > score(best):
            best = trial
        self._seen = replace(seen, completed=seen.completed + 1, best=best)

    def _prune_models(self) -> None:
        """Keeps the weights of the trials that may still be chosen, so that disk is bounded."""
        completed = self._store.trials(TrialState.COMPLETED)
        kept = {trial.model_file for trial in worth_keeping(completed, self._config.objective)}
        for trial in completed:
            if trial.model_file not in kept:
                (self._store.folder / trial.model_file).unlink(missing_ok=True)

    def _beat(self, *, force: bool = False) -> None:
        now = time.time()
        if not force and now - self._pulse < PULSE:
            return
        self._pulse = now
        self._store.touch_session()
        self._observer.progress(
            replace(
                self._seen,
                seconds_left=self._seconds_left(now),
                elapsed=now - self._budget.started,
            )
        )

    def _seconds_left(self, now: float) -> float | None:
        """The smaller of what the time allows and what the trials left will take."""
        allowed, planned = self._budget.seconds_left(), self._config.trials
        trained = self._seen.completed + self._seen.failed
        if planned is None or not trained:
            return allowed
        in_hand = sum(now - entry.started for entry in self._open.values())
        needed = max(0.0, (planned - trained) * self._trial_seconds / trained - in_hand)
        needed /= max(1, self._config.workers)
        return needed if allowed is None else min(allowed, needed)

    def _tell(self, text: str) -> None:
        self._store.add_note(text)
        self._observer.note(text)


def score_of(objective: str, metrics: dict[str, float]) -> float:
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
