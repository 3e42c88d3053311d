"""The CPU's name, and the number formats that it computes with."""

from __future__ import annotations

import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
#: Flag of Linux -> number format that is computed without a detour.
_FORMATS = {
    "avx512_bf16": "bfloat16",
    "amx_bf16": "bfloat16",
    "avx512_fp16": "float16",
    "amx_fp16": "float16",
    "bf16": "bfloat16",  # Arm
    "asimdhp": "float16",  # Arm
}


def find_processor() -> tuple[str, tuple[str, ...]]:
    """Returns the CPU's name and its formats, as of `Hardware.features`."""
    try:
        text = _CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine(), ()
    name, formats = read_cpuinfo(text)
    return name or platform.machine(), formats


def read_cpuinfo(text: str) -> tuple[str, tuple[str, ...]]:
    """Reads Linux' ``/proc/cpuinfo``; a name that it does not tell is empty."""
    facts: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    flags = (facts.get("flags") or facts.get("Features") or "").split()
    return facts.get("model name", ""), tuple(
        sorted({_FORMATS[flag] for flag in flags if flag in _FORMATS})
    )
