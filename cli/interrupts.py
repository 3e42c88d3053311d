"""Ctrl-C: once ends a command in order, twice at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from automl.errors import Interrupted
from automl.tuning.observer import Observer

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(observer: Observer) -> Iterator[None]:
    """Says so when an interruption is heard, and ends everything at the second.

    Whatever ends the process, the store is whole: the second Ctrl-C need not wait
    for anything, and workers end by themselves. SIGTERM means the same.

    Args:
        observer: Is told of the first.
    """
    heard = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        if heard:
            os.write(2, b"\nautoml: Stopped at once.\n")
            os._exit(Interrupted.exit_code)
        heard = True
        observer.note("Stopping; what is finished is kept. Once more to stop at once.")
        raise KeyboardInterrupt

    before = {number: signal.signal(number, hear) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
