"""How much memory this process takes, now and at most."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

_STATUS = Path("/proc/self/status")


def forget_peak() -> None:
    """Begins anew to watch for the largest resident set, where the system can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def memory_now() -> int:
    """Returns the resident set of this process in bytes."""
    import psutil

    rss: int = psutil.Process().memory_info().rss
    return rss


def peak_memory() -> int:
    """Returns the largest resident set since `forget_peak`, else of this process, in bytes."""
    with suppress(OSError, ValueError, IndexError):
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:  # Windows.
        return memory_now()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
