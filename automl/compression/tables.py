"""The ladder of one run, as its records tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.compression.choosing import judge
from automl.compression.files import know_recipes_of
from automl.compression.outcomes import Row, rows
from automl.finalists.rivals import Rivals
from automl.records.store import RunStore

if TYPE_CHECKING:
    from automl.run import Run


def ladder_of(run: Run) -> list[Row]:
    """Returns a row for each file of the first format that was tried in a run.

    Args:
        run: A run whose search is over.
    """
    know_recipes_of(run.folder)
    tried = [
        artifact
        for artifact in run.judged
        if artifact.format == run.formats[0]
        and (artifact.validation_quality is not None or not artifact.placed)
    ]
    with RunStore(run.folder) as store:
        judged = judge(tried, run.metric, run.config.rule, Rivals(store, run.metric))
        return rows(tried, judged, run.config.constraints, run.choice)
