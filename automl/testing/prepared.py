"""A job's context without a run: what it is asked for is made up of a space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from automl.data.base import Target
from automl.data.dataset import DataSummary
from automl.execution.context import JobContext
from search_spaces.space import SearchSpace
from search_spaces.testing.inputs import batch

#: Examples of each split.
EXAMPLES = 32


@dataclass
class PreparedContext(JobContext):
    """Answers a job as a run would whose data is made up.

    Attributes:
        space_: The space that every candidate is of.
    """

    space_: SearchSpace | None = None

    def space(self, spec: dict[str, Any]) -> Any:
        return self.space_

    def split(self, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
        assert self.space_ is not None
        return batch(self.space_.signature, EXAMPLES)

    def calibration(self, count: int) -> NDArray[Any]:
        return self.split("train")[0][:count]

    def whole(self, model: Any, task: str) -> Any:
        return model

    @property
    def summary(self) -> DataSummary:
        assert self.space_ is not None
        spec, target = self.space_.signature.input, Target("none")
        return DataSummary("", "", spec, target, counts={}, fingerprint="")
