"""Trains one candidate and keeps the weights of its best epoch."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import Any

from automl.data.class_weights import sample_weights
from automl.errors import AutomlError
from automl.execution.context import JobContext
from automl.execution.fit_data import FitData, arguments
from automl.execution.model_outputs import outputs_of
from automl.execution.models import save_model
from automl.preprocessing.graft import graft
from automl.registry import TASKS
from automl.tasks.base import Task
from automl.tasks.metrics import VALIDATION


class DivergedError(AutomlError):
    """The loss is not finite and no earlier epoch can be kept."""


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Builds and fits one candidate, and measures it on validation data.

    Every epoch is emitted as ``{"epoch": from 0, "metrics": {...}}``.

    Args:
        args: ``space``, ``values``, ``task``, ``seed``, ``epochs`` (at most),
            ``deadline`` (seconds since the Unix epoch, or None) and
            ``model_file`` (inside the run's folder). May be missing:
            ``start_from``, the path of a ``.keras`` file whose weights the model
            starts with where they fit; ``class_weights``, one of
            `automl.config.CLASS_WEIGHTS`; ``objective``, what ranks trials.
        context: Where the data is.

    Returns:
        ``metrics`` of the epoch kept, ``val_`` and the name for each of the task's,
        ``error``, the standard error of the one that ranks or None, ``epochs``
        trained and ``reason`` why it stopped before the last one: the time was
        up, the recipe's patience was over, or the loss was not finite; ``""`` if
        it did not. ``copied`` says what weights it started with.

    Raises:
        DivergedError: If no epoch had a finite loss.
    """
    import keras
    import keras_tuner

    from automl.execution.watch import EpochWatch
    from search_spaces.foreign.space import ForeignSpace
    from search_spaces.training.schedule import steps_per_execution

    keras.backend.clear_session()
    gc.collect()
    keras.utils.set_random_seed(args["seed"])
    space = context.space(args["space"])
    values = keras_tuner.HyperParameters()
    values.values = dict(args["values"])
    model = space.build(values)
    start = args.get("start_from")
    copied = context.start_from(start, model) if start else ""
    task = TASKS.get(args["task"])()
    train = _fit_data("train", task, args, context)
    recipe = space.recipe(args["values"])
    # One call into the runtime per epoch, or a few: small models spend most of a
    # step in Python otherwise.
    steps = -(-len(train.x) // recipe.batch_size)
    model.steps_per_execution = steps_per_execution(recipe, steps, args["epochs"])
    watch = EpochWatch(args["deadline"], context.emit, recipe.patience)
    held = _fit_data("validation", task, args, context)
    plain = isinstance(space, ForeignSpace)
    data, options = arguments(train, held, recipe.batch_size, args["seed"], plain=plain)
    options["callbacks"] = [*options.get("callbacks", ()), watch]
    space.fit(
        values,
        model,
        *data,
        epochs=args["epochs"],
        **options,
        seed=args["seed"],
        deadline=args["deadline"],
        stopping=False,  # The watch does, and says why.
        verbose=0,
    )
    if watch.best is None:
        raise DivergedError("the loss was not finite in any epoch")
    model.steps_per_execution = 1
    metrics, error = _measured(model, task, args.get("objective", ""), context)
    save_model(context.whole(model, args["task"]), context.run / args["model_file"])
    return {
        "metrics": watch.best | metrics,
        "error": error,
        "epochs": watch.epochs_seen,
        "reason": watch.reason,
        "copied": copied,
    }


def _fit_data(split: str, task: Task, args: dict[str, Any], context: JobContext) -> FitData:
    """Returns what a model is fitted or validated on."""
    _, y = context.split(split)
    given = FitData(context.features(split), context.targets(split, args["task"]))
    # Only classes are weighed; that others were asked to be is refused before a search.
    if split == "train" and task.target(context.summary).kind == "classification":
        mode = args.get("class_weights", "none")
        given = replace(given, weights=sample_weights(y, context.summary.target, mode))
    return given.only(task.training_rows(y, context.summary))


def _measured(
    model: Any, task: Task, objective: str, context: JobContext
) -> tuple[dict[str, float], float | None]:
    """Returns the task's metrics on validation data, and the error of the one that ranks."""
    data = context.summary
    _, y = context.split("validation")
    outputs = outputs_of(graft(model, None, task.tail(data)), context.features("validation"))
    scores = task.measure(outputs, y, data)
    error = task.error(objective.removeprefix(VALIDATION), outputs, y, data)
    return {f"{VALIDATION}{name}": value for name, value in scores.values.items()}, error
