"""Trains one candidate, whole or as far as a rung, and keeps the weights of its best epoch."""

from __future__ import annotations

import gc
import statistics
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.data.class_weights import sample_weights
from automl.errors import AutomlError
from automl.execution.context import JobContext
from automl.execution.fit_data import FitData, arguments
from automl.execution.fit_state import FitState
from automl.execution.model_outputs import keep_outputs, outputs_of
from automl.execution.models import save_model
from automl.preprocessing.graft import graft
from automl.registry import TASKS
from automl.tasks.base import Task
from automl.tasks.metrics import VALIDATION
from automl.tuning.curves import Bar

if TYPE_CHECKING:
    from automl.execution.watch import EpochWatch


class DivergedError(AutomlError):
    """The loss is not finite and no earlier epoch can be kept."""


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Builds and fits one candidate, and measures it on validation data.

    Every epoch is emitted as ``{"epoch": from 0, "metrics": {...}}``. A fit that
    is paused and gone on with gives what an uninterrupted one gives.

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
            a state to go on from; ``bar``, as of `automl.tuning.curves.Bar`.
        context: Where the data is.

    Returns:
        ``metrics`` of the epoch kept, ``val_`` and the name for each of the task's,
        ``error``, the standard error of the one that ranks or None, ``epochs``
        trained and ``reason`` why it stopped before the last one: the time was
        up, the recipe's patience was over, it could not win any more, or the
        loss was not finite; ``""`` if it did not. ``paused`` says whether it can
        be gone on with; the model is written only if not. ``epoch_seconds`` is the
        time of an epoch, or None; ``copied`` says what weights it started with.

    Raises:
        DivergedError: If no epoch had a finite loss.
    """
    import keras
    import keras_tuner

    from automl.execution.watch import LastEpoch
    from search_spaces.training.schedule import steps_per_execution

    keras.backend.clear_session()
    gc.collect()
    keras.utils.set_random_seed(args["seed"])
    space = context.space(args["space"])
    values = keras_tuner.HyperParameters()
    values.values = dict(args["values"])
    model = space.build(values)
    recipe = space.recipe(args["values"])
    watch = LastEpoch(args["deadline"], context.emit, recipe.patience, _bar(args))
    first, copied = _begun(model, watch, args, context)
    task = TASKS.get(args["task"])()
    train = fit_data("train", task, args, context)
    # One call into the runtime per epoch, or a few: small models spend most of a
    # step in Python otherwise.
    steps = -(-len(train.x) // recipe.batch_size)
    model.steps_per_execution = steps_per_execution(recipe, steps, args["epochs"])
    until = min(args.get("until") or args["epochs"], args["epochs"])
    if first < until:
        _fit(space, values, model, watch, train, args, context, first, until)
    if watch.best is None:
        raise DivergedError("the loss was not finite in any epoch")
    model.steps_per_execution = 1
    paused = not watch.reason and until < args["epochs"] and "pause_file" in args
    if paused:
        _state(model, watch).save(context.run / args["pause_file"])
    watch.put_back()
    metrics, error = _measured(model, task, args, context)
    if not paused:
        save_model(context.whole(model, args["task"]), context.run / args["model_file"])
    return {
        "metrics": watch.best | metrics,
        "error": error,
        "epochs": watch.epochs_seen,
        "reason": watch.reason,
        "paused": paused,
        "epoch_seconds": statistics.median(watch.seconds) if watch.seconds else None,
        "copied": copied,
    }


def _bar(args: dict[str, Any]) -> Bar | None:
    return Bar.from_dict(args["bar"]) if args.get("bar") else None


def _begun(
    model: Any, watch: EpochWatch, args: dict[str, Any], context: JobContext
) -> tuple[int, str]:
    """Returns the epochs that a model was trained for, and what weights it started with."""
    from search_spaces.training.state import restore

    if args.get("resume_file"):
        state = FitState.load(context.run / args["resume_file"])
        restore(model, state.arrays)
        watch.go_on(model, state.watch, state.best)
        return state.epochs, ""
    start = args.get("start_from")
    return 0, context.start_from(start, model) if start else ""


def _state(model: Any, watch: EpochWatch) -> FitState:
    from search_spaces.training.state import state_of

    return FitState(watch.epochs_seen, state_of(model), watch.weights, watch.facts())


def _fit(
    space: Any,
    values: Any,
    model: Any,
    watch: EpochWatch,
    train: FitData,
    args: dict[str, Any],
    context: JobContext,
    first: int,
    until: int,
) -> None:
    """Trains from epoch `first` to epoch `until` of all that are planned."""
    from search_spaces.foreign.space import ForeignSpace

    task = TASKS.get(args["task"])()
    batch = space.recipe(args["values"]).batch_size
    held = fit_data("validation", task, args, context)
    plain = isinstance(space, ForeignSpace)
    # What will be gone on with needs batches of an order that is known.
    in_parts = first > 0 or until < args["epochs"]
    data, options = arguments(
        train, held, batch, args["seed"], plain=plain, in_batches=plain and in_parts
    )
    options["callbacks"] = [*options.get("callbacks", ()), watch]
    space.fit(
        values,
        model,
        *data,
        epochs=args["epochs"],
        **options,
        **({"initial_epoch": first, "until": until} if in_parts else {}),
        seed=args["seed"],
        # A fit that will be paused is no shorter for the end of the search.
        deadline=args["deadline"] if until == args["epochs"] else None,
        stopping=False,  # The watch does, and says why.
        verbose=0,
    )


def fit_data(split: str, task: Task, args: dict[str, Any], context: JobContext) -> FitData:
    """Returns what a model is fitted or validated on."""
    _, y = context.split(split)
    given = FitData(context.features(split), context.targets(split, args["task"]))
    # Only classes are weighed; that others were asked to be is refused before a search.
    if split == "train" and task.target(context.summary).kind == "classification":
        mode = args.get("class_weights", "none")
        given = replace(given, weights=sample_weights(y, context.summary.target, mode))
    return given.only(task.training_rows(y, context.summary))


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
