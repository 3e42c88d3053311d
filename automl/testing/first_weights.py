"""The weights that a candidate begins with, as a job of `automl.execution`."""

from __future__ import annotations

import hashlib
from typing import Any

from automl.execution.backends import seed_everything
from automl.execution.context import JobContext


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Builds a candidate as a training does.

    Args:
        args: ``space``, ``values`` and ``seed``.
        context: Makes the space.

    Returns:
        ``count`` of the numbers, and their ``sha256``.
    """
    import keras
    import keras_tuner

    from search_spaces.initial_weights import drawn_by_numpy

    keras.backend.clear_session()
    seed_everything(args["seed"])
    values = keras_tuner.HyperParameters()
    values.values = dict(args["values"])
    with drawn_by_numpy():
        model = context.space(args["space"]).build(values)
    found, count = hashlib.sha256(), 0
    for weight in model.weights:
        numbers = keras.ops.convert_to_numpy(weight)
        found.update(numbers.tobytes())
        count += numbers.size
    return {"count": count, "sha256": found.hexdigest()}
