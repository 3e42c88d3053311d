"""Quantities in the user's words: ``50kB``, ``5ms``, ``30m``, ``20M``.

Sizes in kB, MB and GB are powers of 1,000; KiB, MiB and GiB powers of 1,024.
Case does not matter, as nobody means a kilobit by ``50kb``.
"""

from __future__ import annotations

import math
import re

from automl.errors import UserInputError

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-zµ]*)\s*", re.IGNORECASE)

_COMPOUND = re.compile(r"\d+[dhms]")

_BYTES = {
    "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9,
    "ki": 1024, "kib": 1024, "mi": 1024**2, "mib": 1024**2, "gi": 1024**3, "gib": 1024**3,
}  # fmt: skip
_SECONDS = {
    "": 1, "ms": 1e-3, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400,
}  # fmt: skip
_MILLISECONDS = {"": 1, "us": 1e-3, "µs": 1e-3, "ms": 1, "s": 1e3}
_COUNT = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9}


def parse_size(text: str | float, name: str = "size") -> int:
    """Returns a number of bytes, e.g. 50000 for ``50kB``.

    Raises:
        UserInputError: If `text` is no positive size.
    """
    return _whole(_parse(text, _BYTES, name, "a size such as 50kB, 48KiB or 0.05MB"), name)


def parse_duration(text: str | float, name: str = "time") -> float:
    """Returns seconds, e.g. 1800.0 for ``30m``; a bare number is seconds.

    Raises:
        UserInputError: If `text` is no positive duration.
    """
    example = "a time such as 90s, 30m, 2m30s or 1.5h"
    parts = _COMPOUND.findall(str(text).lower())
    if len(parts) > 1 and "".join(parts) == str(text).lower().replace(" ", ""):
        return sum(_parse(part, _SECONDS, name, example) for part in parts)
    return _parse(text, _SECONDS, name, example)


def parse_share(text: str | float, name: str = "share") -> float:
    """Returns a share, e.g. 0.01 for ``1%`` or ``0.01``.

    Raises:
        UserInputError: If `text` is no number, with a percent sign or without.
    """
    given = str(text).strip()
    try:
        value = float(given.removesuffix("%"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UserInputError(f"--{name} must be a share such as 1% or 0.01. Received: {text!r}.")
    return value / 100 if given.endswith("%") else value


def parse_latency(text: str | float, name: str = "latency") -> float:
    """Returns milliseconds, e.g. 5.0 for ``5ms``; a bare number is milliseconds.

    Raises:
        UserInputError: If `text` is no positive latency.
    """
    return _parse(text, _MILLISECONDS, name, "a latency such as 5ms, 800us or 0.1s")


def parse_count(text: str | float, name: str = "count") -> int:
    """Returns a whole number, e.g. 20000000 for ``20M``.

    Raises:
        UserInputError: If `text` is no positive count.
    """
    return _whole(_parse(text, _COUNT, name, "a count such as 100k or 20M"), name)


def format_size(size: float | None) -> str:
    """Returns bytes for people, in powers of 1,000: ``19.9 kB``."""
    if size is None:
        return "-"
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} B"


def format_duration(seconds: float | None) -> str:
    """Returns seconds for people: ``48s``, ``2m05s``, ``1h30m``."""
    if seconds is None or not math.isfinite(seconds):
        return "-"
    whole = round(max(0.0, seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def format_latency(milliseconds: float | None) -> str:
    """Returns milliseconds for people: ``45.0 µs``, ``3.2 ms``."""
    if milliseconds is None:
        return "-"
    if milliseconds < 0.1:
        return f"{milliseconds * 1000:.1f} µs"
    return f"{milliseconds:.3f} ms" if milliseconds < 1 else f"{milliseconds:.1f} ms"


def format_count(count: float | None) -> str:
    """Returns a count for people: ``6.4k``, ``1.2M``."""
    if count is None:
        return "-"
    for unit, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f}{unit}"
    return f"{count:.0f}"


def _parse(text: str | float, units: dict[str, float], name: str, example: str) -> float:
    match = _QUANTITY.fullmatch(str(text))
    factor = units.get(match.group(2).lower()) if match else None
    value = float(match.group(1)) * factor if match and factor else math.nan
    if not (math.isfinite(value) and value > 0):
        raise UserInputError(f"--{name} must be {example}, above zero. Received: {text!r}.")
    return value


def _whole(value: float, name: str) -> int:
    if round(value) < 1:
        raise UserInputError(f"--{name} must be at least 1. Received: {value:g}.")
    return round(value)
