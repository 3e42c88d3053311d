"""Outputs of a Keras model on examples that may not fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples

BATCH = 256


def outputs_of(model: Any, x: Examples) -> np.ndarray:
    """Returns a model's float32 outputs, count first.

    Args:
        model: A Keras model.
        x: What it takes, count x shape; examples on disk are read a part at a time.
    """
    import numpy as np

    from automl.data.storage import chunks

    parts = [x] if isinstance(x, np.ndarray) else chunks(x)
    outputs = [model.predict(part, batch_size=BATCH, verbose=0) for part in parts]
    return np.concatenate([np.asarray(each, np.float32) for each in outputs])
