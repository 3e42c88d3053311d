"""How many threads an oracle may use."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """Keeps linear algebra to one thread while the workers train on the other cores.

    An oracle's matrices are small, and threads that wait for each other on busy
    cores make a suggestion a hundred times slower.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    limits: AbstractContextManager[Any] = threadpool_limits(1, "blas")
    return limits
