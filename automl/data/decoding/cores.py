"""Work on all cores, its results in order, its memory bounded."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Cores:
    """A thread for each core: Pillow and libsndfile decode without Python's lock.

    Processes were no faster, neither on pictures of 28x28 nor on photographs,
    and cost half a second each to begin.
    """

    def __init__(self) -> None:
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        self._count = usable or os.cpu_count() or 1

    def __enter__(self) -> Cores:
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="decode")
        return self

    def __exit__(self, *error: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def in_order(
        self, function: Callable[[int], T], positions: Sequence[int], step: int
    ) -> Iterator[tuple[Sequence[int], list[T]]]:
        """Yields positions, `step` at a time, and what a function makes of each, in order.

        No more than two parts a core are under way, so that memory is bounded.
        """
        waiting: deque[tuple[Sequence[int], Future[list[T]]]] = deque()

        def of(part: Sequence[int]) -> list[T]:
            return [function(position) for position in part]

        for begin in range(0, len(positions), step):
            part = positions[begin : begin + step]
            waiting.append((part, self._threads.submit(of, part)))
            if len(waiting) > 2 * self._count:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
