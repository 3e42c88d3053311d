"""How long one call takes, warm."""

from __future__ import annotations

import time
from collections.abc import Callable

WARM_UP = 3
CALLS = 50


def time_calls(call: Callable[[], object], budget: float = 0.25) -> tuple[float, float]:
    """Times a call repeatedly, after a few that do not count.

    Args:
        call: What is timed.
        budget: Seconds after which no further call is started; at least three
            are timed.

    Returns:
        Median and 95th percentile, in milliseconds.
    """
    for _ in range(WARM_UP):
        call()
    taken: list[float] = []
    end = time.perf_counter() + budget
    while len(taken) < 3 or (len(taken) < CALLS and time.perf_counter() < end):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1e3)
    taken.sort()
    return taken[len(taken) // 2], taken[min(len(taken) - 1, round(0.95 * len(taken)))]
