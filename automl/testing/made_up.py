"""A search whose trainings are made up: loop, store, oracle and files are the real ones."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras_tuner

from automl.config_parsing import make_config
from automl.execution.base import EventKind, Executor, JobEvent
from automl.records.store import RunStore
from automl.testing.oracles import active, conditional_space, score
from automl.tuning.ask_tell import AskTell
from automl.tuning.budget import Budget
from automl.tuning.loop import SearchLoop
from automl.tuning.observer import Observer, Progress
from automl.tuning.oracles.random import RandomOracle
from automl.types import Trial

SPACE = {"name": "made up"}
GATE = ("tflite", ("int8", "float32"))
#: What a script may change of a training's result beside its metrics.
MADE_UP = ("reason", "paused", "epoch_seconds")
#: Job and trial -> what is to come of it: ``"die"``, a worker's end as an event says
#: it (with a ``message``), an exception, changes to the result, or None.
Script = Callable[[str, Trial], Any]


class MadeUpExecutor(Executor):
    """Answers jobs at once.

    A training for so many epochs leaves a score that depends on the configuration
    and on the epochs, and a state that it must be handed to go on.

    Args:
        store: Looked into whenever a job is handed over.
        script: What is to come of a job.
        newest_first: Whether the newest job is answered first.
        at_once: Trials that may be open at once.
    """

    def __init__(
        self, store: RunStore, script: Script, newest_first: bool = False, at_once: int = 1
    ) -> None:
        self.store, self.script, self.newest_first = store, script, newest_first
        self._at_once = at_once
        self.jobs: list[tuple[str, dict[str, Any], Trial]] = []
        self._waiting: deque[JobEvent] = deque()

    @property
    def trials_at_once(self) -> int:
        """Trials that may be open at once."""
        return self._at_once

    def submit(self, name: str, args: dict[str, Any]) -> int:
        """Makes up what comes of a job, whose trial must have been written before."""
        found = [t for t in self.store.trials() if t.values == args["values"]]
        if len(found) != 1:
            raise AssertionError("A job was handed over before its proposal was written.")
        json.dumps(args)  # As it goes to a worker.
        self.jobs.append((name, args, found[0]))
        self._waiting += self._events(len(self.jobs), name, args, found[0])
        return len(self.jobs)

    def next_event(self, timeout: float | None = None) -> JobEvent | None:
        """Returns the next event of the oldest or the newest job."""
        if not self._waiting:
            return None
        if self.newest_first:
            newest = self._waiting[-1].job
            event = next(event for event in self._waiting if event.job == newest)
            self._waiting.remove(event)
            return event
        return self._waiting.popleft()

    def close(self) -> None:
        """Drops what is not answered."""
        self._waiting.clear()

    def trained(self) -> list[int]:
        """Returns the numbers of the trials that were trained, one for each job."""
        return [trial.number for name, _, trial in self.jobs if name == "train"]

    def _events(self, job: int, name: str, args: dict[str, Any], trial: Trial) -> list[JobEvent]:
        change = self.script(name, trial)
        if change == "die":
            return [JobEvent(job, EventKind.DIED, {"message": "out of memory."})]
        if isinstance(change, dict) and "message" in change:
            return [JobEvent(job, EventKind.DIED, change)]
        if isinstance(change, Exception):
            record = {"type": type(change).__name__, "message": str(change), "traceback": "line 7"}
            return [JobEvent(job, EventKind.ERROR, record)]
        if name == "gate":
            measures = {"params": 10, "flops": 20, "size": 1_000, "gzip_size": 900}
            measures |= {"latency_ms": 0.1, "recipe": "int8"} | (change or {})
            return [JobEvent(job, EventKind.DONE, measures)]
        return self._trained(job, args, change or {})

    def _trained(self, job: int, args: dict[str, Any], change: dict[str, Any]) -> list[JobEvent]:
        first, until = 0, args.get("until", min(2, args["epochs"]))
        if "resume_file" in args:
            first = int((self.store.folder / args["resume_file"]).read_text())
        if "resume_file" in args and "until" not in args:
            until = args["epochs"]
        reason = "patience" if "until" not in args and until < args["epochs"] else ""
        paused = "pause_file" in args
        file = self.store.folder / args["pause_file" if paused else "model_file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(until) if paused else "weights")
        value = score(args["values"])
        value -= 0.2 * (1.0 - until / args["epochs"]) if "until" in args else 0.0
        result: dict[str, Any] = {"epochs": until, "reason": reason, "paused": paused}
        result |= {name: change.pop(name) for name in MADE_UP if name in change}
        result["metrics"] = {"val_accuracy": value, "val_loss": 0.5} | change
        epochs = [{"epoch": n, "metrics": {"val_accuracy": n / 10}} for n in range(first, until)]
        return [
            *(JobEvent(job, EventKind.PROGRESS, epoch) for epoch in epochs),
            JobEvent(job, EventKind.DONE, result),
        ]


class Told(AskTell):
    """Remembers what it was told last of each proposal."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.told: dict[int, float | None] = {}

    def tell(self, number: int, score: float | None, *args: Any, **kwargs: Any) -> None:
        """Remembers the score."""
        super().tell(number, score, *args, **kwargs)
        self.told[number] = score


class Listener(Observer):
    """Remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def progress(self, progress: Progress) -> None:
        """Remembers where the search stands."""
        self.heard.append(("progress", progress))

    def epoch(self, trial: Trial, epoch: int, epochs: int, metrics: dict[str, float]) -> None:
        """Remembers trial, epoch and all epochs."""
        self.heard.append(("epoch", (trial.number, epoch, epochs)))

    def trial(self, trial: Trial) -> None:
        """Remembers number and state."""
        self.heard.append(("trial", (trial.number, trial.state)))

    def note(self, text: str) -> None:
        """Remembers the text."""
        self.heard.append(("note", text))

    def of(self, kind: str) -> list[Any]:
        """Returns what was heard of one kind."""
        return [what for each, what in self.heard if each == kind]


class MadeUpSearch:
    """A search in a folder, which can be gone on with.

    Args:
        folder: Of the run.
        script: What is to come of jobs.
        guesses: Tried first.
        space: Makes the hyperparameters.
        rungs: Epochs of each rung; empty for none.
        oracle_class: Proposes.
        newest_first: Whether the newest job is answered first.
        started: When the clock began; now by default.
        options: As of `automl search`.
    """

    def __init__(
        self,
        folder: Path,
        script: Script = lambda name, trial: None,
        guesses: Sequence[dict[str, Any]] = (),
        space: Callable[[], keras_tuner.HyperParameters] = conditional_space,
        *,
        rungs: Sequence[int] = (),
        oracle_class: type[keras_tuner.Oracle] = RandomOracle,
        newest_first: bool = False,
        started: float | None = None,
        **options: Any,
    ) -> None:
        asked = {"trials": 4, "oracle": "random", "objective": ("val_accuracy", "size")}
        self.config = make_config("digits", asked | options)
        self.folder, self.script, self.guesses, self.space = folder, script, guesses, space
        self.rungs, self.oracle_class, self.newest_first = rungs, oracle_class, newest_first
        self.started = time.time() if started is None else started
        self.listener = Listener()
        self.end = ""

    def run(self) -> MadeUpSearch:
        """Searches until the budget is spent."""
        with RunStore(self.folder, create=True) as store:
            at_once = max(1, int(self.config.workers))
            self.executor = MadeUpExecutor(store, self.script, self.newest_first, at_once)
            self.oracle = Told(
                self.oracle_class,
                self.space(),
                self.canonical,
                self.config.seed,
                rungs=self.rungs,
                reduction=self.config.reduction,
            )
            loop = SearchLoop(
                config=self.config,
                store=store,
                executor=self.executor,
                oracle=self.oracle,
                guesses=self.guesses,
                architecture=self.canonical,
                space=SPACE,
                budget=Budget(
                    self.started, self.config.time, self.config.trials, self.config.trial_time
                ),
                observer=self.listener,
                gate=GATE,
            )
            store.begin_session()
            self.end = loop.run()
        return self

    def canonical(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the active values."""
        return active(self.space(), values)

    @property
    def trials(self) -> list[Trial]:
        """What the store holds."""
        with RunStore(self.folder) as store:
            return store.trials()

    def states(self) -> list[str]:
        """Returns how each trial stands."""
        return [str(trial.state) for trial in self.trials]


class Killed(BaseException):
    """Stands for a kill -9: nothing of the loop runs after it."""


def killing(at: int, script: Script = lambda name, trial: None) -> Script:
    """Returns a script that kills the driver when job number `at` is handed over."""
    count = [0]

    def killer(name: str, trial: Trial) -> Any:
        count[0] += 1
        if count[0] == at:
            raise Killed
        return script(name, trial)

    return killer


def guess(**values: Any) -> dict[str, Any]:
    """Returns a configuration of `conditional_space`."""
    return {"kind": "deep", "depth": 2, "rate": 0.1, "biased": True, "scale": 0.5} | values
