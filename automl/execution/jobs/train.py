"""Trains one candidate, whole or as far as a rung, and keeps the weights of its best epoch."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.errors import AutomlError
from automl.execution.backends import seed_everything
from automl.execution.context import JobContext
from automl.execution.fit_state import FitState
from automl.execution.model_outputs import keep_outputs, outputs_of
from automl.execution.models import save_model
from automl.execution.stepped_fit import Fit, fit_data
from automl.hardware.accelerator import AUTO
from automl.hardware.device_memory import with_smaller_batches
from automl.hardware.distribution import devices_of, divisible, spread
from automl.preprocessing.graft import graft
from automl.registry import TASKS
from automl.tasks.base import Task
from automl.tasks.metrics import VALIDATION
from automl.tuning.curves import Bar

if TYPE_CHECKING:
    from automl.execution.watch import EpochWatch


#: Where a paused fit has the size of its batches, among the facts of its watch.
BATCH = "batch"


class DivergedError(AutomlError):
    """The loss is not finite and no earlier epoch can be kept."""


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Builds and fits one candidate, and measures it on validation data.

    Every epoch is emitted as ``{"epoch": from 0, "metrics": {...}}``. A fit that
    is paused and gone on with gives what an uninterrupted one gives. One whose batch
    does not fit into the device's memory begins again with half of it.

    Args:
        args: ``space``, ``values``, ``task``, ``seed``, ``epochs`` (at most),
            ``deadline`` (seconds since the Unix epoch, or None) and
            ``model_file`` (inside the run's folder). May be missing:
            ``start_from``, the path of a ``.keras`` file whose weights the model
            starts with where they fit; ``class_weights``, one of
            `automl.config.CLASS_WEIGHTS`; ``objective``, what ranks trials;
            ``outputs``, where its outputs on validation data are kept;
            ``until``, the epoch to pause after, before ``epochs``, and
            ``pause_file``, where that leaves the fit's state; ``resume_file``,
            a state to go on from; ``bar``, as of `automl.tuning.curves.Bar`;
            ``precision``, a Keras dtype policy; ``devices``, how many to train on;
            ``stepping``, as of `automl.hardware.stepping.Stepping`, or ``measure``,
            whether to find it out; ``stages``, as of `automl.tuning.stages.Stages`.
        context: Where the data is.

    Returns:
        ``metrics`` of the epoch kept, ``val_`` and the name for each of the task's, of
        the float32 model; ``error``, the standard error of the one that ranks or None,
        ``epochs`` trained and ``reason`` why it stopped before the last one: the time
        was up, the recipe's patience was over, it could not win any more, or the
        loss was not finite; ``""`` if it did not. ``paused`` says whether it can
        be gone on with; the model is written only if not. ``epoch_seconds`` is the
        time of an epoch on the whole data, or None; ``copied`` says what weights it
        started with. There may be ``stepping``, what was measured, and ``remark``, for a
        person.

    Raises:
        DivergedError: If no epoch had a finite loss.
        DeviceMemoryError: If no batch fits into the device's memory.
    """
    space, devices = context.space(args["space"]), args.get("devices", 1)
    state = FitState.load(context.run / args["resume_file"]) if args.get("resume_file") else None
    size = divisible(space.recipe(args["values"]).batch_size, devices)
    if state is not None:
        size = state.watch.get(BATCH, size)

    def train(batch: int) -> dict[str, Any]:
        _begin_anew(args["seed"])
        return _train(args, context, space, state, divisible(batch, devices))

    return with_smaller_batches(train, size)


def _train(
    args: dict[str, Any], context: JobContext, space: Any, state: FitState | None, batch: int
) -> dict[str, Any]:
    """Builds, fits and measures a candidate with a batch of a size."""
    import keras_tuner

    from automl.execution.watch import LastEpoch
    from search_spaces.initial_weights import drawn_by_numpy
    from search_spaces.training.mixed_precision import FLOAT32, train_in

    values = keras_tuner.HyperParameters()
    values.values = dict(args["values"])
    precision, devices = args.get("precision", FLOAT32), args.get("devices", 1)
    recipe = space.recipe(args["values"])
    task = TASKS.get(args["task"])()
    train = fit_data("train", task, args, context)
    watch = LastEpoch(args["deadline"], context.emit, recipe.patience, _bar(args))
    until = min(args.get("until") or args["epochs"], args["epochs"])
    with spread(devices):
        with drawn_by_numpy():  # The same seed begins alike on every backend.
            model = space.build(values)
        if precision not in (AUTO, FLOAT32):
            train_in(model, precision)
        fit = Fit(args, context, space, values, model, batch, train)
        stepping = fit.stepping()
        first, copied = _begun(model, watch, state, args, context)
        if first < until:
            if stepping is not None:
                fit = replace(fit, whole=stepping.whole, stepped=True)
            fit.run(watch, first, until)
    if watch.best is None:
        raise DivergedError("the loss was not finite in any epoch")
    model.steps_per_execution = 1
    paused = not watch.reason and until < args["epochs"] and "pause_file" in args
    if paused:
        _state(model, watch, batch).save(context.run / args["pause_file"])
    watch.put_back()
    if precision not in (AUTO, FLOAT32):
        train_in(model, FLOAT32)  # What ships is what is measured.
    metrics, error = _measured(model, task, args, context)
    if not paused:
        save_model(context.whole(model, args["task"]), context.run / args["model_file"])
    return {
        "metrics": watch.best | metrics,
        "error": error,
        "epochs": watch.epochs_seen,
        "reason": watch.reason,
        "paused": paused,
        "epoch_seconds": watch.pace,
        "copied": copied,
        **({"devices": devices_of(model)} if devices > 1 else {}),
        **({"stepping": stepping.to_dict()} if stepping and fit.measures else {}),
    }


def _begin_anew(seed: int) -> None:
    """Drops what Keras holds of models before, and seeds; both forget a distribution."""
    import keras

    keras.backend.clear_session()
    gc.collect()
    seed_everything(seed)


def _bar(args: dict[str, Any]) -> Bar | None:
    return Bar.from_dict(args["bar"]) if args.get("bar") else None


def _begun(
    model: Any,
    watch: EpochWatch,
    state: FitState | None,
    args: dict[str, Any],
    context: JobContext,
) -> tuple[int, str]:
    """Returns the epochs that a model was trained for, and what weights it started with."""
    from search_spaces.training.state import restore

    if state is not None:
        restore(model, state.arrays)
        watch.go_on(model, state.watch, state.best)
        return state.epochs, ""
    start = args.get("start_from")
    return 0, context.start_from(start, model) if start else ""


def _state(model: Any, watch: EpochWatch, batch: int) -> FitState:
    from search_spaces.training.state import state_of

    facts = watch.facts() | {BATCH: batch}
    return FitState(watch.epochs_seen, state_of(model), watch.weights, facts)


def _measured(
    model: Any, task: Task, args: dict[str, Any], context: JobContext
) -> tuple[dict[str, float], float | None]:
    """Returns the task's metrics on validation data, and the error of the one that ranks."""
    data = context.summary
    _, y = context.split("validation")
    outputs = outputs_of(graft(model, None, task.tail(data)), context.features("validation"))
    scores = task.measure(outputs, y, data)
    error = task.error(args.get("objective", "").removeprefix(VALIDATION), outputs, y, data)
    if kept := args.get("outputs"):
        keep_outputs(context.run / kept, outputs)
    return {f"{VALIDATION}{name}": value for name, value in scores.values.items()}, error
