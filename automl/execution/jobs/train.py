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
            ``model_file`` (inside the run's folder).
        context: Where the data is.

    Returns:
        ``metrics`` of the epoch kept, ``epochs`` trained and ``reason`` why it
        stopped.

    Raises:
        DivergedError: If no epoch had a finite loss.
    """
    import keras
    import keras_tuner

    from automl.execution.schedule import CosineSchedule
    from automl.execution.watch import EpochWatch

    keras.backend.clear_session()
    gc.collect()
    keras.utils.set_random_seed(args["seed"])
    space = context.space(args["space"])
    values = keras_tuner.HyperParameters()
    values.values = dict(args["values"])
    model = space.build(values)
    (x, y), validation = context.split("train"), context.split("validation")
    batch = space.batch_size(args["values"])
    # One call into the runtime per epoch: small models spend most of a step
    # in Python otherwise.
    model.steps_per_execution = -(-len(x) // batch)
    watch = EpochWatch(args["deadline"], context.emit)
    space.fit(
        values,
        model,
        x,
        y,
        batch_size=batch,
        epochs=args["epochs"],
        validation_data=validation,
        validation_batch_size=256,
        callbacks=[CosineSchedule(args["epochs"], args["deadline"]), watch],
        verbose=0,
    )
    if watch.best is None:
        raise DivergedError("the loss was not finite in any epoch")
    save_model(model, context.run / args["model_file"])
    return {"metrics": watch.best, "epochs": watch.epochs_seen, "reason": watch.reason}
