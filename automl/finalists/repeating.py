"""Trains the finalists again and puts their best weights in place."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from automl.config import USUAL_EPOCHS, SearchConfig
from automl.execution.base import EventKind, Executor, JobEvent
from automl.execution.limits import OWN_TIME_IS_UP
from automl.execution.model_outputs import kept_outputs
from automl.finalists.planning import FinalistsPlan, contenders, plan_finalists, seconds_allowed
from automl.finalists.standings import Standing, standings
from automl.hardware.known_stepping import KnownStepping
from automl.measure.paired import compared_rows
from automl.records.store import RunStore
from automl.tasks.metrics import metric_of
from automl.tuning.budget import TIME_IS_UP, Budget
from automl.tuning.observer import Observer
from automl.tuning.stages import STAGES
from automl.types import Repeat, Trial, TrialState

if TYPE_CHECKING:
    import numpy as np

    from automl.tasks.scores import Scorer

FOLDER = "repeats"
#: Workers that may die in the middle of one training before it is given up.
MAX_DEATHS = 2
PULSE = 1.0


class Finalists:
    """The last round of a search.

    Args:
        config: What was searched, with ``auto`` spelled out.
        store: Where everything is written before and after it happens.
        executor: Runs the trainings.
        space: The space as `space_spec` describes it.
        budget: The whole of it, nothing kept back.
        observer: Hears of everything.
        start_from: Path of a ``.keras`` file whose weights trials started with.
    """

    def __init__(
        self,
        *,
        config: SearchConfig,
        store: RunStore,
        executor: Executor,
        space: dict[str, Any],
        budget: Budget,
        observer: Observer,
        start_from: str | None = None,
    ) -> None:
        self._config, self._store, self._executor = config, store, executor
        self._space, self._budget, self._observer = space, budget, observer
        self._start_from = start_from

    def run(
        self, trials: Sequence[Trial], scorers: dict[str, Scorer], y: np.ndarray
    ) -> list[Trial]:
        """Trains again what the time allows.

        Args:
            trials: All trials of the run.
            scorers: Metric -> what computes it.
            y: What is right of the validation examples.

        Returns:
            The finalists that cannot be told from the best, with their mean as
            score; all of `trials` if nothing was trained again.
        """
        plan = self._plan(trials)
        if not plan.trials:
            return list(trials)
        self._observer.stage("Training the finalists again")
        chosen = {trial.number: trial for trial in trials if trial.number in plan.trials}
        self._train([chosen[number] for number in plan.trials], plan.repeats)
        found = self._standings(plan, scorers, y)
        if not found:
            self._say("The finalists could not be trained again in time: one training counts.")
            self._store.set_fact("standings", [])
            return list(trials)
        self._store.set_fact("standings", [each.to_dict() for each in found])
        self._install(found)
        self._say(told(found, self._config.objective[0]))
        return [
            replace(
                chosen[each.trial],
                score=metric_of(self._config.objective[0]).turned(each.mean),
                metrics=chosen[each.trial].metrics | each.figures,
                error=None,
            )
            for each in found
            if not each.told_apart
        ]

    def _plan(self, trials: Sequence[Trial]) -> FinalistsPlan:
        """Decides once: a resumed run goes on with what it had begun."""
        finished = sum(trial.state.finished for trial in trials)
        known = self._store.fact("finalists")
        if known and known["of"] == finished:
            return FinalistsPlan(tuple(known["trials"]), known["repeats"], known["why"])
        found = contenders(trials, self._config.objective)
        allowed = seconds_allowed(self._store.seconds_used())
        left, at_once = self._budget.seconds_left(), self._executor.trials_at_once
        plan = plan_finalists(self._config, found, allowed, left, at_once)
        self._store.set_fact("finalists", asdict(plan) | {"of": finished})
        if plan.why and self._config.finalists != 0:
            self._say(f"No finalists: {plan.why}.")
        return plan

    # Training.

    def _train(self, finalists: Sequence[Trial], count: int) -> None:
        """Trains round by round, so that time that runs out costs all of them the same."""
        done = {(each.trial, each.number) for each in self._store.repeats() if self._usable(each)}
        waiting = deque(
            (trial, self._planned(trial, number), 0)
            for number in range(1, count + 1)
            for trial in finalists
            if (trial.number, number) not in done
        )
        open_: dict[int, tuple[Trial, Repeat, int, float]] = {}
        while waiting or open_:
            while waiting and len(open_) < self._executor.trials_at_once:
                left = self._budget.seconds_left()
                if left is not None and left <= 0:
                    waiting.clear()
                    break
                trial, repeat, deaths = waiting.popleft()
                job = self._executor.submit("train", self._job(trial, repeat))
                open_[job] = trial, repeat, deaths, time.time()
            event = self._executor.next_event(timeout=PULSE) if open_ else None
            self._store.touch_session()
            if event is None or event.job not in open_:
                continue
            trial, repeat, deaths, began = open_[event.job]
            if event.kind is EventKind.PROGRESS:
                told = event.result
                epochs = self._config.epochs or USUAL_EPOCHS
                self._observer.epoch(trial, told["epoch"], epochs, told["metrics"])
                continue
            del open_[event.job]
            died = event.kind is EventKind.DIED
            if died and deaths + 1 < MAX_DEATHS and not event.result.get("timed_out"):
                waiting.append((trial, repeat, deaths + 1))
                continue
            self._store.set_repeat(replace(self._ended(repeat, event), seconds=time.time() - began))

    def _planned(self, trial: Trial, number: int) -> Repeat:
        # Far from the seeds of the search, which differ by one from trial to trial.
        seed = (self._config.seed * 100_003 + trial.number + number * 1_000_003) % 2**31
        return Repeat(trial.number, number, seed, TrialState.RUNNING)

    def _job(self, trial: Trial, repeat: Repeat) -> dict[str, Any]:
        config = self._config
        return {
            "space": self._space,
            "values": trial.values,
            "seed": repeat.seed,
            "epochs": config.epochs or USUAL_EPOCHS,
            "deadline": self._budget.deadline,
            "limit": self._budget.limit,
            "model_file": repeat.model_file,
            "outputs": repeat.outputs_file,
            "task": config.task,
            "class_weights": config.class_weights,
            "objective": config.objective[0],
            "precision": config.precision,
            "devices": config.devices_per_trial,
            **({"stages": stages} if (stages := self._store.fact(STAGES)) else {}),
            **KnownStepping(self._store).args(self._space, trial.values),
            **({"start_from": self._start_from} if self._start_from else {}),
        }

    def _ended(self, repeat: Repeat, event: JobEvent) -> Repeat:
        """Returns what came of a training; one that was cut short does not count."""
        result = event.result
        if event.kind is not EventKind.DONE:
            return replace(repeat, state=TrialState.FAILED, reason=result["message"])
        metrics, reason = result["metrics"], result["reason"]
        value = metrics.get(self._config.objective[0])
        if value is None or reason in (TIME_IS_UP, OWN_TIME_IS_UP):
            return replace(repeat, state=TrialState.FAILED, reason=reason or "it has no score")
        return replace(
            repeat,
            state=TrialState.COMPLETED,
            metrics=metrics,
            score=metric_of(self._config.objective[0]).turned(value),
            epochs=result["epochs"],
            reason=reason,
        )

    def _usable(self, repeat: Repeat) -> bool:
        """Tells whether an earlier session's training counts: it ended, and its weights exist."""
        if repeat.state is not TrialState.COMPLETED:
            return False
        folder = self._store.folder
        installed = (self._store.fact("installed") or {}).get(str(repeat.trial))
        kept = folder / f"models/trial_{repeat.trial:05d}.keras"
        # Of what was put in place before, only the best weights are left.
        return (folder / repeat.model_file).is_file() or (installed is not None and kept.is_file())

    # What came of it.

    def _standings(
        self, plan: FinalistsPlan, scorers: dict[str, Scorer], y: np.ndarray
    ) -> list[Standing]:
        """Returns where they stand; nothing if there was no time for even the first.

        Others that there was no time for are out: what they once reached owes too
        much to luck to be compared.
        """
        ended = [each for each in self._store.repeats() if each.trial in plan.trials]
        done = [each for each in ended if self._usable(each)]
        diverged = {each.trial for each in ended if each.reason and not self._was_cut(each)}
        if plan.trials[0] not in {each.trial for each in done} | diverged:
            return []
        outputs = {
            (each.trial, each.number): found
            for each in done
            if (found := kept_outputs(self._store.folder / each.outputs_file)) is not None
        }
        rows = compared_rows(len(y))
        return standings(done, self._config.objective[0], scorers, outputs, y[rows])

    def _was_cut(self, repeat: Repeat) -> bool:
        return repeat.reason in (TIME_IS_UP, OWN_TIME_IS_UP)

    def _install(self, found: Sequence[Standing]) -> None:
        """Puts the best training's weights where the trial's are.

        A kill on the way does no harm: what is not moved yet is moved the next time.
        """
        folder = self._store.folder
        installed = self._store.fact("installed") or {}
        installed |= {str(each.trial): each.weights for each in found}
        self._store.set_fact("installed", installed)
        for each in found:
            source = folder / Repeat(each.trial, each.weights, 0, TrialState.COMPLETED).model_file
            if source.is_file():
                target = folder / f"models/trial_{each.trial:05d}.keras"
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(source, target)
        for left in (folder / FOLDER).glob("*.keras"):
            left.unlink(missing_ok=True)

    def _say(self, text: str) -> None:
        if text not in self._store.notes():
            self._store.add_note(text)
        self._observer.note(text)


def told(found: Sequence[Standing], objective: str) -> str:
    """Returns what the trainings say, in words."""
    metric = metric_of(objective)
    shown = "; ".join(
        f"trial {each.trial} {metric.format(each.mean)}"
        + (f" ± {metric.format(each.spread)}" if each.spread is not None else "")
        for each in found
    )
    text = (
        f"Mean validation {metric.label} of {max(len(each.values) for each in found)} trainings"
        f" from other seeds (± their standard deviation): {shown}."
    )
    rest = [each for each in found if each is not found[0]]
    same = [str(each.trial) for each in rest if not each.told_apart]
    worse = [str(each.trial) for each in rest if each.told_apart]
    if same:
        text += f" Trial {found[0].trial} cannot be told from {_named(same)}."
    if worse:
        text += f" It is surely better than {_named(worse)}."
    return text


def _named(numbers: Sequence[str]) -> str:
    return f"trial{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
