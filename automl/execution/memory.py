"""Gives back what a job's graphs have taken, so that a worker does not grow with its jobs."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress
from typing import Any

#: How TensorFlow names the gradients that it registers for one graph alone.
_OF_ONE_GRAPH = "CustomGradient-"


def release() -> None:
    """Drops what earlier jobs have left; nothing that is still in use is touched.

    TensorFlow 2.21 keeps every training graph for good: sums over replicas have a
    custom gradient, whose closure goes into a registry that nothing is taken out of.
    """
    registry = _gradients()
    for name in [name for name in registry if str(name).startswith(_OF_ONE_GRAPH)]:
        del registry[name]
    gc.collect()
    # The C library keeps what was freed, unless it is asked; elsewhere than on Linux
    # there is nothing to ask.
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _gradients() -> dict[str, Any]:
    """Returns TensorFlow's registry of gradients; empty if it is not loaded, or was changed."""
    ops = sys.modules.get("tensorflow.python.framework.ops")
    found = getattr(getattr(ops, "gradient_registry", None), "_registry", None)
    return found if isinstance(found, dict) else {}
