"""Which bound a candidate breaks; a decision on records, nothing is measured here."""

from __future__ import annotations

from collections.abc import Callable

from automl.config import Constraints
from automl.types import Measures
from automl.units import format_count, format_latency, format_size

#: Constraint -> (measure it bounds, how both are shown).
BOUNDS: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "max_size": ("size", format_size),
    "max_latency": ("latency_ms", format_latency),
    "max_flops": ("flops", format_count),
    "max_params": ("params", format_count),
    "max_gzip_size": ("gzip_size", format_size),
    "max_ram": ("ram", format_size),
}


def broken(constraints: Constraints, measures: Measures) -> str:
    """Returns every bound that the measures break, in words; empty if none.

    A measure that is None has not been taken and breaks nothing.
    """
    return "; ".join(
        f"{measure.removesuffix('_ms').replace('_', ' ')}{floor} {show(value)}"
        f" > --{name.replace('_', '-')} {show(bound)}"
        for name, (measure, show) in BOUNDS.items()
        if (bound := getattr(constraints, name)) is not None
        and (value := getattr(measures, measure)) is not None
        and value > bound
        for floor in (" of at least" if measure == "size" and measures.size_is_floor else "",)
    )


def excess(constraints: Constraints, measures: Measures) -> float:
    """Returns how far the worst measure is over its bound, as a ratio; at most 1 if none is."""
    ratios = [
        value / bound
        for name, (measure, _) in BOUNDS.items()
        if (bound := getattr(constraints, name)) is not None
        and (value := getattr(measures, measure)) is not None
    ]
    return max(ratios, default=0.0)
