"""Keeps native libraries from writing over the screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def native_noise_to(log: Path) -> Iterator[TextIO]:
    """Sends file descriptor 2 to a log and yields the real stderr.

    TensorFlow writes lines there from C++ before any setting is read; they
    would tear the live display.

    Args:
        log: Appended to; its folder is made.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    kept = os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    real = os.fdopen(os.dup(kept), "w", buffering=1, encoding="utf-8", errors="replace")
    try:
        yield real
    finally:
        real.close()
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
