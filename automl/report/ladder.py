"""The compression ladder as rows of a table; texts are ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from automl.compression.ladder_rows import Row
from automl.report.metric import Metric
from automl.report.numbers import latency
from automl.report.snapshot import Snapshot
from automl.tasks.metrics import metric_of
from automl.units import format_duration, format_size

#: Stands where nothing was measured.
NONE = "-"


@dataclass(frozen=True)
class LadderRow:
    """One file that was tried.

    Attributes:
        training: What its recipe's training cost.
        brought: What that brought, against the recipe without it.
    """

    trial: int
    recipe: str
    does: str
    chosen: bool
    size: str
    gzip_size: str
    quality: str
    latency: str
    ram: str
    training: str
    brought: str
    words: str


def ladder_rows(snapshot: Snapshot) -> list[LadderRow]:
    """Returns a row for each file that was tried."""
    return [_shown(row, snapshot.quality) for row in snapshot.ladder]


def _shown(row: Row, metric: Metric) -> LadderRow:
    return LadderRow(
        trial=row.trial,
        recipe=row.recipe,
        does=row.does,
        chosen=row.outcome == "chosen",
        size=f"{row.size:,}" if row.size else NONE,
        gzip_size=f"{row.gzip_size:,}" if row.size else NONE,
        quality=NONE if row.quality is None else metric.format(row.quality),
        latency=NONE if row.latency_ms is None else latency(row.latency_ms),
        ram=NONE if row.ram is None else format_size(row.ram),
        training=format_duration(row.seconds) if row.seconds else NONE,
        brought=_brought(row, metric),
        words=row.words,
    )


def _brought(row: Row, metric: Metric) -> str:
    """Returns what the steps that train brought, in words; empty for a recipe without any."""
    if not row.seconds or row.size_ratio is None:
        return ""
    parts = [f"{row.size_ratio:.2f}x the bytes", f"{row.gzip_ratio:.2f}x gzipped"]
    if row.gain is not None:
        gained = (
            f"{100 * row.gain:+.2f} points"
            if metric_of(metric.name).bounded
            else f"{row.gain:+.3g}"
        )
        parts.append(gained)
    return f"{', '.join(parts)}, of {row.beside}"
