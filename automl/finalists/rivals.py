"""What sets judged files apart: how good each is expected to be, and how sure that is."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

from automl.execution.model_outputs import kept_outputs
from automl.finalists.standings import Standing
from automl.measure.paired import compared_rows, paired_error
from automl.records.store import RunStore
from automl.staging import judged_outputs
from automl.tasks.metrics import VALIDATION
from automl.types import Artifact

if TYPE_CHECKING:
    import numpy as np

    from automl.tasks.scores import Scorer


class Rivals:
    """The judged files of one run, compared on the same validation examples.

    Args:
        store: The run's records; the outputs of judged files are in its folder.
        metric: What they are judged by.
    """

    def __init__(self, store: RunStore, metric: str) -> None:
        self._store, self._metric = store, metric
        found = [Standing.from_dict(each) for each in store.fact("standings") or ()]
        self._standings = {each.trial: each for each in found}
        self._outputs: dict[str, np.ndarray | None] = {}

    def quality(self, artifact: Artifact) -> float | None:
        """Returns what is expected of a file: what its trial reaches on average, as compressed.

        The weights in it are the luckiest of several trainings; what compression
        cost those is taken from the mean of all.
        """
        value, standing = artifact.validation_quality, self._standings.get(artifact.trial)
        name = f"{VALIDATION}{self._metric}"
        if value is None or standing is None or name not in standing.figures:
            return value
        if name not in standing.kept_figures:
            return value
        return standing.figures[name] + value - standing.kept_figures[name]

    def error(self, one: Artifact, other: Artifact) -> float | None:
        """Returns the standard error of the difference of two files; None if it is not known.

        It is that of the examples, which both have seen, and of the seeds where
        they come from different trials that were trained several times.
        """
        if one == other:
            return 0.0
        scorer, pair = self._scorers.get(self._metric), [self._of(one), self._of(other)]
        outputs = [each for each in pair if each is not None]
        if scorer is None or len(outputs) < 2:
            return None
        y = self._labels
        if any(len(each) != len(y) for each in outputs):
            return None
        error = paired_error(scorer, self._metric, outputs[:1], outputs[1:], y)
        if error is None or one.trial == other.trial:
            return error
        return math.hypot(error, *(self._of_seeds(each.trial) for each in (one, other)))

    def _of_seeds(self, trial: int) -> float:
        """Returns the standard error of a mean over trainings, where that is what ranks."""
        standing, objective = self._standings.get(trial), self._store.fact("objective") or [""]
        if standing is None or standing.spread is None:
            return 0.0
        if objective[0] != f"{VALIDATION}{self._metric}":
            return 0.0
        return standing.spread / math.sqrt(len(standing.values))

    def _of(self, artifact: Artifact) -> np.ndarray | None:
        name = judged_outputs(artifact)
        if name not in self._outputs:
            self._outputs[name] = kept_outputs(self._store.folder / name)
        return self._outputs[name]

    @cached_property
    def _labels(self) -> np.ndarray:
        from automl.data.dataset import read_split

        _, y = read_split(self._store.folder, "validation")
        labels: np.ndarray = y[compared_rows(len(y))]
        return labels

    @cached_property
    def _scorers(self) -> dict[str, Scorer]:
        from automl.data.dataset import DataSummary
        from automl.registry import TASKS

        record: dict[str, Any] = self._store.fact("data")
        return dict(TASKS.get(self._store.fact("task"))().scorers(DataSummary.from_dict(record)))
