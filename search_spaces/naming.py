"""Names that depend on the architecture alone."""

from __future__ import annotations

from typing import Any

import keras


def name_operations(model: Any) -> None:
    """Numbers the operations of a functional model that are no layers: ``o1``, ``o2``, ...

    Keras numbers them through the process, so that one architecture built twice
    would differ; and exported files spell every name out.
    """
    number = 0
    for operation in model.operations:
        if not isinstance(operation, keras.layers.Layer):
            number += 1
            operation.name = f"o{number}"
