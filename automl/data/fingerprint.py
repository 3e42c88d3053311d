"""What tells whether data is the same: by its content, not by its path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automl.data.base import Examples, Target
from automl.data.storage import chunks

if TYPE_CHECKING:
    import numpy as np


def fingerprint(
    splits: Mapping[str, tuple[Examples, np.ndarray]],
    target: Target,
    front: dict[str, Any] | None = None,
    encoder: dict[str, Any] | None = None,
) -> str:
    """Returns the sha256 of all examples, labels, names and preprocessing, as hexadecimal digits.

    Args:
        splits: Split -> (raw examples, labels).
        target: What the labels are.
        front: Record of what an exported file does first.
        encoder: Record of what happens before the file.
    """
    import numpy as np

    described = [target.kind, target.names, target.steps, front, encoder]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name, (x, y) in splits.items():
        digest.update(f"{name}{x.shape}{x.dtype}{y.shape}{y.dtype}".encode())
        for chunk in chunks(x):
            digest.update(np.ascontiguousarray(chunk).data)
        digest.update(np.ascontiguousarray(y).data)
    return digest.hexdigest()
