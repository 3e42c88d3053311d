"""Numbers as the report writes them; what was not measured is a dash, never a guess."""

from __future__ import annotations

import math

from automl.report.metric import Metric
from automl.units import format_latency

MISSING = "\N{EN DASH}"


def number(value: float | None, form: str = ".4f") -> str:
    """Returns a formatted number, or a dash."""
    return MISSING if value is None or not math.isfinite(value) else format(value, form)


def whole(value: float | None) -> str:
    """Returns a whole number with thousands separated, or a dash."""
    return MISSING if value is None or not math.isfinite(value) else f"{round(value):,}"


def latency(milliseconds: float | None) -> str:
    """Returns a latency for people, in µs where ms would hide it, or a dash."""
    if milliseconds is None or not math.isfinite(milliseconds):
        return MISSING
    return format_latency(milliseconds)


def with_error(value: float | None, error: float | None, metric: Metric) -> str:
    """Returns a value and its standard error, if that is known: ``0.9777 ± 0.0083``."""
    if value is None or error is None or not math.isfinite(error):
        return metric.format(value)
    return f"{metric.format(value)} ± {metric.format(error)}"


def plural(count: int, noun: str) -> str:
    """Returns ``1 trial`` or ``2 trials``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


_FORMATS = {"tflite": "TFLite", "tfjs": "TF.js", "onnx": "ONNX"}


def format_name(name: str) -> str:
    """Returns a format's name as people write it."""
    return _FORMATS.get(name, name)
