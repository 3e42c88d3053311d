"""Keeps native libraries from writing over the screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click


@contextmanager
def without_native_noise() -> Iterator[TextIO]:
    """Silences file descriptor 2 and yields the real stderr.

    TensorFlow writes lines there from C++ before any setting is read; they
    would tear the live display. With --debug everything is let through.
    """
    context = click.get_current_context(silent=True)
    if context is not None and context.find_root().obj["debug"]:
        yield sys.stderr
        return
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    real = os.fdopen(os.dup(kept), "w", buffering=1, encoding="utf-8", errors="replace")
    try:
        yield real
    finally:
        real.close()
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
