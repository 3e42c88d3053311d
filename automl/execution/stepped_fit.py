"""One fit of a candidate: on what data, in which batches, by which steps."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from automl.data.class_weights import sample_weights
from automl.execution.backends import JAX
from automl.execution.context import JobContext
from automl.execution.fit_data import FitData, arguments
from automl.execution.subset import part_of
from automl.hardware.stepping import Stepping, kind_of, measure_stepping
from automl.registry import TASKS
from automl.tasks.base import Task
from automl.tuning.stages import Stages, parts_of

if TYPE_CHECKING:
    from automl.execution.watch import EpochWatch

#: Most examples of a batch that is validated on, where devices share it.
_SHARED_BATCH = 512


@dataclass(frozen=True, eq=False)
class Fit:
    """A candidate's training.

    Attributes:
        args: Of the job.
        context: Where the data is.
        space: The search space.
        values: Its hyperparameters, as KerasTuner has them.
        model: Compiled.
        batch: Examples of a batch.
        train: What it is trained on.
        whole: Whether one call into the runtime takes many steps.
        stepped: Whether that was measured, as on accelerators.
    """

    args: dict[str, Any]
    context: JobContext
    space: Any
    values: Any
    model: Any
    batch: int
    train: FitData
    whole: bool = True
    stepped: bool = False

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return -(-len(self.train.x) // self.batch)

    @property
    def plain(self) -> bool:
        """Whether its author's own code trains."""
        from search_spaces.foreign.space import ForeignSpace

        return isinstance(self.space, ForeignSpace)

    @property
    def measures(self) -> bool:
        """Whether it finds out how to step."""
        return bool(self.args.get("measure")) and not self.args.get("stepping") and not self.plain

    def stepping(self) -> Stepping | None:
        """Settles how the model is stepped; None where nobody asks.

        What it is tried on leaves no trace: the model is afterwards as it was.
        """
        from keras import backend

        found: Stepping | None = None
        if record := self.args.get("stepping"):
            found = Stepping.from_dict(record)
        elif self.measures:
            found = self._measured()
        if found is not None and backend.backend() != JAX:
            self.model.jit_compile = found.jit
            self.model.train_function = None
        return found

    def run(self, watch: EpochWatch, first: int, until: int) -> None:
        """Trains from epoch `first` to epoch `until` of all that are planned, part by part."""
        stages = Stages.of(self.args.get("stages"))
        for begin, end, share in parts_of(stages, first, until):
            if watch.reason:
                return
            watch.next_part(share)
            seed = 0 if stages is None else stages.seed
            train = part_of(self.train, share, seed, by_class=self._by_class)
            replace(self, train=train)._train(watch, begin, end, last=end == self.args["epochs"])

    def _train(self, watch: EpochWatch, first: int, until: int, *, last: bool) -> None:
        args = self.args
        # What will be gone on with needs batches of an order that is known.
        in_parts = first > 0 or until < args["epochs"]
        self._settle_steps()
        data, options = self._data(in_batches=self.plain and in_parts)
        options["callbacks"] = [*options.get("callbacks", ()), watch]
        self.space.fit(
            self.values,
            self.model,
            *data,
            epochs=args["epochs"],
            **options,
            **self._batch_size(),
            **({"initial_epoch": first, "until": until} if in_parts else {}),
            seed=args["seed"],
            # A fit that will be paused is no shorter for the end of the search.
            deadline=args["deadline"] if last else None,
            stopping=False,  # The watch does, and says why.
            **self._placed(self.whole and self.stepped),
            verbose=0,
        )
        if self.stepped:
            self.model.train_function = None  # It may hold the data of this part.

    def _placed(self, wanted: bool) -> dict[str, Any]:
        """Returns how data stays on the device; somebody's own fit knows nothing of it."""
        from keras import backend

        if not wanted or self.plain or backend.backend() != JAX:
            return {}
        from automl.hardware.resident import keep_on_device

        return {"placed": keep_on_device}

    def _settle_steps(self) -> None:
        """Sets how many steps one call into the runtime takes.

        A whole epoch, or a few calls: small models spend most of a step in Python otherwise.
        """
        steps = self.most_steps if self.whole else 1
        if self.model.steps_per_execution != steps:
            self.model.steps_per_execution = steps
            # They were made for as many as before.
            self.model.train_function = self.model.test_function = None

    @property
    def most_steps(self) -> int:
        """Steps that one call into the runtime may take."""
        from search_spaces.training.schedule import steps_per_execution

        recipe = self.space.recipe(self.args["values"])
        return steps_per_execution(recipe, self.steps, self.args["epochs"])

    @property
    def _by_class(self) -> bool:
        task: Task = TASKS.get(self.args["task"])()
        return task.target(self.context.summary).kind == "classification"

    def _data(self, *, in_batches: bool) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Returns the arguments of a fit that say what it is fitted on."""
        task = TASKS.get(self.args["task"])()
        held, train = fit_data("validation", task, self.args, self.context), self.train
        devices = self.args.get("devices", 1)
        if devices > 1:
            # On JAX every device takes exactly as much of a batch as the others.
            train, held = _evenly(train, devices), _evenly(held, devices)
        data, options = arguments(
            train, held, self.batch, self.args["seed"], plain=self.plain, in_batches=in_batches
        )
        if devices > 1 and "validation_batch_size" in options:
            options["validation_batch_size"] = shared_batch(len(held.x), devices)
        return data, options

    def _batch_size(self) -> dict[str, int]:
        """Returns the batch size where it is not the one of the configuration."""
        asked = self.space.recipe(self.args["values"]).batch_size
        return {} if self.batch == asked else {"batch_size": self.batch}

    def _measured(self) -> Stepping:
        from keras import backend

        from search_spaces.training.state import restore, state_of

        before = state_of(self.model)
        try:
            return measure_stepping(
                kind_of(self.args["space"], self.args["values"]),
                self._try_steps,
                self.most_steps,
                self.steps * self.args["epochs"],
                xla=backend.backend() != JAX,
            )
        finally:
            restore(self.model, before)
            self.model.train_function = None

    def _try_steps(self, jit: bool, steps: int, calls: int) -> list[float]:
        """Trains for some calls into the runtime and returns the seconds of each."""
        import numpy as np
        from keras import backend

        rows = np.arange(calls * steps * self.batch) % len(self.train.x)
        data = self.train.only(rows)
        if backend.backend() != JAX:
            self.model.jit_compile = jit
        self.model.steps_per_execution = steps
        self.model.train_function = None
        clock = _clock()
        self.space.fit(
            self.values,
            self.model,
            data.x,
            data.y,
            epochs=1,
            callbacks=[clock],
            seed=self.args["seed"],
            stopping=False,
            verbose=0,
            batch_size=self.batch,
            **self._placed(steps > 1),
            **({} if data.weights is None else {"sample_weight": data.weights}),
        )
        return list(clock.seconds)


def fit_data(split: str, task: Task, args: dict[str, Any], context: JobContext) -> FitData:
    """Returns what a model is fitted or validated on."""
    _, y = context.split(split)
    given = FitData(context.features(split), context.targets(split, args["task"]))
    # Only classes are weighed; that others were asked to be is refused before a search.
    if split == "train" and task.target(context.summary).kind == "classification":
        mode = args.get("class_weights", "none")
        given = replace(given, weights=sample_weights(y, context.summary.target, mode))
    return given.only(task.training_rows(y, context.summary))


def shared_batch(count: int, devices: int) -> int:
    """Returns a batch size that divides `count` examples and that `devices` divide.

    Args:
        count: A multiple of `devices`.
        devices: How many share a batch.
    """
    each = count // devices
    most = max(1, min(each, _SHARED_BATCH // devices))
    return devices * next(size for size in range(most, 0, -1) if each % size == 0)


def _evenly(data: FitData, devices: int) -> FitData:
    """Returns as many of the examples as devices divide."""
    import numpy as np

    count = len(data.x) - len(data.x) % devices
    return data if count in (0, len(data.x)) else data.only(np.arange(count))


def _clock() -> Any:
    """Returns a callback that takes the time of every call into the runtime."""
    import keras

    class Clock(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []
            self._began = 0.0

        def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
            self._began = time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
            # Reading a number waits for the device, which has only been told what to do.
            float((logs or {}).get("loss", 0.0))
            self.seconds.append(time.perf_counter() - self._began)

    return Clock()
