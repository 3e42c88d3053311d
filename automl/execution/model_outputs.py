"""Outputs of a Keras model on examples that may not fit into memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.execution.backends import JAX

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples

#: Examples that a model is given at a time where nothing is trained.
BATCH = 256
#: The same where each size of a batch is compiled.
_EVEN = range(512, 63, -1)


def batch_for(count: int) -> int:
    """Returns how many of `count` examples a model is given at a time.

    JAX compiles a program for each size of a batch, the last one's too: there it is a
    size that leaves no rest, if there is one.
    """
    import keras

    if keras.backend.backend() != JAX:
        return BATCH
    return next((size for size in _EVEN if not count % size), min(BATCH, max(1, count)))


def outputs_of(model: Any, x: Examples) -> np.ndarray:
    """Returns a model's float32 outputs, count first.

    Args:
        model: A Keras model.
        x: What it takes, count x shape; examples on disk are read a part at a time.
    """
    import numpy as np

    from automl.data.storage import chunks

    parts = [x] if isinstance(x, np.ndarray) else chunks(x)
    outputs = [model.predict(part, batch_size=batch_for(len(part)), verbose=0) for part in parts]
    return np.concatenate([np.asarray(each, np.float32) for each in outputs])


def keep_outputs(path: Path, outputs: np.ndarray) -> None:
    """Writes the outputs that models are compared by, whole or not at all.

    Of many examples they are those of `automl.measure.paired.compared_rows`.
    """
    import numpy as np

    from automl.measure.paired import compared_rows

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        np.save(file, np.asarray(outputs, np.float32)[compared_rows(len(outputs))])
    os.replace(temporary, path)


def kept_outputs(path: Path) -> np.ndarray | None:
    """Returns what `keep_outputs` wrote; None if it is gone or broken."""
    import numpy as np

    try:
        found: np.ndarray = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found
