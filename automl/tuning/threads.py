"""How many threads an oracle may use."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """Keeps linear algebra to one thread while the workers train on the other cores.

    An oracle's matrices are small, and threads that wait for each other on busy
    cores make a suggestion a hundred times slower.
    """
    limits: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limits


@cache
def _controller() -> Any:
    """Returns what holds the libraries' threads; finding the libraries takes milliseconds."""
    import numpy  # noqa: F401 - only what is loaded is found
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
