"""Which machine latencies were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> dict[str, object]:
    """Returns the processor's name, its cores and the platform, JSON-ready."""
    return {"processor": _processor(), "cores": os.cpu_count(), "platform": platform.platform()}


def _processor() -> str:
    """Returns the processor's name, as Linux tells it; else its architecture."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() in ("model name", "Model") and value.strip():
                return value.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
