"""A saved model on the JAX backend, in a process that has no TensorFlow model of it.

A job of `automl.execution`, for a worker whose Keras backend is JAX.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from automl.execution.context import JobContext
from automl.testing.differences import difference
from automl.testing.points import EXACT
from search_spaces.initial_weights import drawn_by_numpy


def run(args: Mapping[str, Any], context: JobContext) -> dict[str, Any]:
    """Loads and runs what the ``"jax"`` check of `automl.testing.points` left.

    Args:
        args: ``name`` of the point's folder in the run's; it is removed.
        context: Where that folder is.

    Returns:
        ``problem`` (empty if there is none), ``error`` and ``seconds``.
    """
    assert keras.backend.backend() == "jax"
    folder = context.run / args["name"]
    started = time.perf_counter()
    keras.backend.clear_session()
    problem, error = "", float("nan")
    try:
        with drawn_by_numpy():  # JAX would compile a program for each shape that it draws.
            model = keras.models.load_model(folder / "model.keras", compile=False, safe_mode=True)
        inputs, reference = np.load(folder / "inputs.npy"), np.load(folder / "outputs.npy")
        outputs = np.asarray(model.predict_on_batch(inputs))
        error = difference(outputs, reference)
        if not error <= EXACT:
            problem = f"differs from TensorFlow by {error:.2g}, allowed {EXACT:g}"
    except Exception as raised:  # Whatever a model raises is a finding, not a crash.
        problem = f"{type(raised).__name__}: {raised}"
    shutil.rmtree(folder)
    return {"problem": problem, "error": error, "seconds": time.perf_counter() - started}
