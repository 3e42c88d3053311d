"""Trains one candidate and keeps the weights of its best epoch."""

from __future__ import annotations

import gc
from typing import Any

from automl.errors import AutomlError
from automl.execution.context import JobContext
from automl.execution.models import save_model


class DivergedError(AutomlError):
    """The loss is not finite and no earlier epoch can be kept."""


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Builds and fits one candidate.

    Every epoch is emitted as ``{"epoch": from 0, "metrics": {...}}``.

    Args:
        args: ``space``, ``values``, ``seed``, ``epochs`` (at most),
            ``deadline`` (seconds since the Unix epoch, or None) and
            ``model_file`` (inside the run's folder); ``start_from``, the path of
            a ``.keras`` file whose weights the model starts with where they
            fit, may be missing.
        context: Where the data is.

    Returns:
        ``metrics`` of the epoch kept, ``epochs`` trained and ``reason`` why it
        stopped before the last one: the time was up, the recipe's patience was
        over, or the loss was not finite; ``""`` if it did not. ``copied`` says
        what weights it started with.

    Raises:
        DivergedError: If no epoch had a finite loss.
    """
    import keras
    import keras_tuner

    from automl.execution.watch import EpochWatch
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
    (x, y), validation = context.split("train"), context.split("validation")
    recipe = space.recipe(args["values"])
    # One call into the runtime per epoch, or a few: small models spend most of a
    # step in Python otherwise.
    steps = -(-len(x) // recipe.batch_size)
    model.steps_per_execution = steps_per_execution(recipe, steps, args["epochs"])
    watch = EpochWatch(args["deadline"], context.emit, recipe.patience)
    space.fit(
        values,
        model,
        x,
        y,
        epochs=args["epochs"],
        validation_data=validation,
        validation_batch_size=256,
        callbacks=[watch],
        seed=args["seed"],
        deadline=args["deadline"],
        stopping=False,  # The watch does, and says why.
        verbose=0,
    )
    if watch.best is None:
        raise DivergedError("the loss was not finite in any epoch")
    save_model(model, context.run / args["model_file"])
    return {
        "metrics": watch.best,
        "epochs": watch.epochs_seen,
        "reason": watch.reason,
        "copied": copied,
    }
