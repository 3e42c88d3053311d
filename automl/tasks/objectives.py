"""What candidates are ranked by: the user's words, once the task is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl.errors import UserInputError
from automl.tasks.metrics import COSTS, VALIDATION

if TYPE_CHECKING:
    from automl.data.dataset import DataSummary
    from automl.tasks.base import Task

AUTO = "auto"
_LOSS = f"{VALIDATION}loss"


def find_objectives(names: Sequence[str], task: Task, data: DataSummary) -> tuple[str, ...]:
    """Returns the objectives, with ``auto`` spelled out; the first ranks.

    Raises:
        UserInputError: If one is no metric of the task.
    """
    spelled: list[str] = []
    for name in names:
        spelled += task.objectives(data) if name == AUTO else (name,)
    known = (*(f"{VALIDATION}{metric}" for metric in task.scorers(data)), _LOSS, *COSTS)
    for name in spelled:
        if name not in known:
            raise UserInputError(
                f"--objective {name} is no metric of the task {task.name}."
                f" It has: {', '.join(known)}."
            )
    return tuple(dict.fromkeys(spelled))


def find_metric(objectives: Sequence[str], task: Task, data: DataSummary) -> str:
    """Returns the metric that exported files are judged by: the first objective's.

    A loss is not what a person asks of a file: for it, the task's own is taken.
    """
    metric = objectives[0].removeprefix(VALIDATION)
    return metric if metric in task.scorers(data) else task.primary(data)
