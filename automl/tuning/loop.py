"""Ask, write, gate, train, record, tell: the search itself.

The loop knows nothing of Keras, and the oracle nothing of evaluation; both are
reached through `AskTell` and an `Executor`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from automl.config import SearchConfig
from automl.errors import AutomlError, WorkerDiedError
from automl.execution.base import EventKind, Executor, JobEvent
from automl.hardware.known_stepping import KnownStepping
from automl.records.store import RunStore
from automl.tuning.ask_tell import AskTell
from automl.tuning.budget import TIME_IS_UP, Budget
from automl.tuning.deaths import MAX_DEATHS, Deaths
from automl.tuning.finished_curves import FinishedCurves
from automl.tuning.jobs import TrialJobs
from automl.tuning.kept_files import KeptFiles
from automl.tuning.next_trial import NextTrial
from automl.tuning.observer import Observer
from automl.tuning.outcomes import after_gate, after_training, costs_of, excess_of
from automl.tuning.pauses import Pauses
from automl.tuning.stages import STAGES, Stages
from automl.tuning.tally import Tally
from automl.types import Trial, TrialState

#: Trials that fail for the very same reason, with none that succeeds, end the search.
SAME_FAILURES = 5
#: Candidates that the gate may turn away in a row before the search gives up.
MAX_REJECTED = 300
#: Seconds between two signs of life to the store and the observer.
PULSE = 1.0
#: Events that are handled in one transaction.
MOST_EVENTS = 64
FIRST_GUESS = "first guess"
LEARNED = "learned guess"


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
        learned: Values from earlier runs, tried before those.
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
        learned: Sequence[dict[str, Any]] = (),
        start_from: str | None = None,
    ) -> None:
        self._config, self._store, self._executor = config, store, executor
        self._oracle, self._budget, self._observer = oracle, budget, observer
        stages = Stages.of(store.fact(STAGES))
        self._jobs = TrialJobs(config, space, budget, gate, start_from, store.folder, stages)
        self._pauses = Pauses(store.folder, stages)
        self._deaths = Deaths(store.folder)
        self._curves = FinishedCurves(config.objective[0], self._jobs.epochs)
        self._told_copied = False
        self._stepping = KnownStepping(store)
        self._files = KeptFiles(store.folder, config.objective)
        self._open: dict[int, _Open] = {}
        self._pulse = 0.0
        self._tally = Tally(config.trials, lambda: executor.trials_at_once)
        first = [(values, LEARNED) for values in learned]
        first += [(values, FIRST_GUESS) for values in guesses]
        self._next = NextTrial(
            store,
            oracle,
            budget,
            self._tally,
            self._pauses,
            first,
            architecture,
            config.oracle,
            self._jobs.epochs,
        )

    def run(self) -> str:
        """Searches and returns why it ended."""
        self._replay()
        while True:
            self._fill()
            self._beat()
            if not self._open:
                self._next.give_up_rest()
                return self._next.end
            event = self._executor.next_event(timeout=PULSE)
            if event is not None:
                self._take_in(event)

    # Proposals.

    def _replay(self) -> None:
        """Teaches the oracle what earlier sessions found; unfinished trials come again."""
        trials = self._store.trials()
        self._files.restore(trials)
        self._pauses.restore(trials)
        for trial in trials:
            self._oracle.add(trial.number, trial.values)
            self._next.after(trial.number)
            if trial.state.finished or trial.state is TrialState.PAUSED:
                self._learn(trial)
            elif trial.rungs:
                # What it did on its rungs is known; it goes on from the last one.
                self._teach(replace(trial, state=TrialState.PAUSED))
                self._oracle.reopen(trial.number)
                self._next.again.append(trial)
            else:
                self._next.again.append(replace(trial, state=TrialState.PROPOSED))
        self._trim()
        trained = self._tally.trained
        if trained or self._next.again:
            self._observer.note(
                f"Resumed: {trained} trials are done, {len(self._next.again)} are run again."
            )

    def _fill(self) -> None:
        while len(self._open) < self._executor.trials_at_once:
            trial = self._next.find(entry.trial for entry in self._open.values())
            if trial is None:
                return
            self._start(trial)

    def _start(self, trial: Trial) -> None:
        if trial.rungs:
            self._train(_Open(trial, time.time()))
            return
        job = self._executor.submit("gate", self._jobs.gating(trial))
        self._open[job] = _Open(trial, time.time())

    def _train(self, entry: _Open) -> None:
        trial = entry.trial
        as_it_was = self._deaths.counts_as_it_was(trial.number)
        until = trial.epochs if as_it_was else self._next.until(trial)
        bar = self._curves.bar() if self._oracle.pauses and until > trial.epochs else None
        self._store.update_trial(trial)
        args = self._jobs.training(trial, until, bar)
        args |= self._stepping.args(self._jobs.space, trial.values)
        job = self._executor.submit("train", args)
        self._open[job] = entry

    # Outcomes.

    def _take_in(self, event: JobEvent) -> None:
        """Handles an event, and the epochs that have come with it, in one transaction."""
        with self._store.batch():
            for _ in range(MOST_EVENTS):
                self._handle(event)
                # What follows the end of a job may be a job that runs in this process.
                following = None if event.final else self._executor.next_event(timeout=0.0)
                if following is None:
                    return
                event = following

    def _handle(self, event: JobEvent) -> None:
        entry = self._open.get(event.job)
        if entry is None:
            return
        if event.kind is EventKind.PROGRESS:
            epoch, metrics = event.result["epoch"], event.result["metrics"]
            self._store.add_epoch(entry.trial.number, epoch, metrics)
            self._observer.epoch(entry.trial, epoch, self._jobs.epochs, metrics)
            return
        del self._open[event.job]
        if event.kind is EventKind.DIED:
            self._died(entry, event.result)
        elif entry.trial.state is TrialState.PROPOSED:
            self._gated(entry, event)
        else:
            self._trained(entry, event)

    def _gated(self, entry: _Open, event: JobEvent) -> None:
        trial = after_gate(entry.trial, event, self._config.constraints)
        if trial.state is not TrialState.RUNNING:
            self._finish(replace(entry, trial=trial), event)
            return
        self._train(replace(entry, trial=trial))

    def _trained(self, entry: _Open, event: JobEvent) -> None:
        if copied := event.result.get("copied"):
            # Every trial starts so: once is enough to hear of it.
            if not self._told_copied:
                self._tell(f"Trial {entry.trial.number}: {copied}.")
            self._told_copied = True
        if remark := event.result.get("remark"):
            self._tell(f"Trial {entry.trial.number}: {remark}.")
        if learned := self._stepping.learn(event.result):
            self._tell(learned)
        trial = after_training(entry.trial, event, self._config.objective[0])
        self._pauses.timed(trial.number, event.result.get("epoch_seconds"))
        if trial.state is TrialState.COMPLETED and trial.epochs < self._jobs.epochs:
            trial = replace(trial, reason=trial.reason or TIME_IS_UP)
        self._finish(replace(entry, trial=self._deaths.closed(trial)), event)

    def _died(self, entry: _Open, how: dict[str, Any]) -> None:
        number, cause = entry.trial.number, how["message"]
        if how.get("traceback"):
            self._store.add_note(f"Trial {number}: {how['traceback']}")
        trial = self._deaths.after(entry.trial, how)
        if not trial.state.finished:
            if self._deaths.counts_as_it_was(number):
                self._tell(f"Trial {number}: {cause} It counts as it was before.")
                self._train(replace(entry, trial=trial))
                return
            self._tell(f"Trial {number}: {cause} It is tried once more.")
            # Only its current rung is lost.
            self._store.update_trial(trial)
            self._next.again.append(trial)
            return
        self._finish(replace(entry, trial=trial))
        if not self._tally.seen.completed and self._tally.seen.failed >= MAX_DEATHS:
            raise WorkerDiedError(
                f"No trial can be run: {cause} The workers' own output is in"
                f" {self._store.folder / 'worker.log'}; automl doctor checks the installation."
            )

    def _finish(self, entry: _Open, event: JobEvent | None = None) -> None:
        seconds = entry.trial.seconds + time.time() - entry.started
        trial = replace(entry.trial, seconds=seconds)
        if event is not None and event.kind is EventKind.ERROR and trial.state is TrialState.FAILED:
            self._store.add_note(f"Trial {trial.number}: {event.result['traceback']}")
        self._store.update_trial(trial)
        self._learn(trial)
        self._files.add(trial)
        self._trim()
        self._observer.trial(trial)
        self._beat(force=True)
        if trial.state is TrialState.FAILED:
            self._check_reasons(trial.reason)

    def _check_reasons(self, reason: str) -> None:
        """Ends a search whose trials fail alike: the next would, too."""
        if self._tally.seen.completed or self._tally.seen.failed != SAME_FAILURES:
            return
        reasons = [trial.reason for trial in self._store.trials(TrialState.FAILED)]
        if reasons == [reason] * SAME_FAILURES:
            raise AutomlError(f"The first {SAME_FAILURES} trials failed alike. {reason}")

    def _learn(self, trial: Trial) -> None:
        """Takes in how a trial ended or was paused."""
        self._teach(trial)
        self._count(trial)
        self._pauses.add(trial)
        if self._oracle.pauses and trial.state is TrialState.COMPLETED:
            self._curves.add(trial, self._store.epochs(trial.number))

    def _trim(self) -> None:
        """Stops the paused trials that others leave no prospect, so that disk is bounded."""
        for trial in self._pauses.surplus(self._oracle.paused()):
            self._store.update_trial(trial)
            self._learn(trial)

    def _teach(self, trial: Trial) -> None:
        """Tells the oracle how a trial ended, and what the gate measured."""
        self._oracle.tell(
            trial.number,
            trial.score,
            costs_of(trial, self._config.objective[1:]),
            feasible=trial.state is not TrialState.REJECTED,
            excess=excess_of(trial, self._config.constraints),
            rungs={rung.epochs: rung.score for rung in trial.rungs},
            paused=trial.state is TrialState.PAUSED,
            stopped=trial.state is TrialState.STOPPED,
        )

    def _count(self, trial: Trial) -> None:
        self._tally.count(trial)
        if self._tally.rejected_in_a_row >= MAX_REJECTED:
            self._next.end = f"{MAX_REJECTED} candidates in a row were rejected before training"

    def _beat(self, *, force: bool = False) -> None:
        now = time.time()
        if now - self._pulse >= PULSE:
            self._pulse = now
            self._store.touch_session()
        elif not force:
            return
        started = [entry.started for entry in self._open.values()]
        self._observer.progress(self._tally.progress(self._budget, now, started))

    def _tell(self, text: str) -> None:
        self._store.add_note(text)
        self._observer.note(text)
