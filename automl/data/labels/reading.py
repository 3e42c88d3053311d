"""What arrays of labels are: classes, several labels at once, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.data.base import Skipped, Target
from automl.data.labels.kinds import of_columns, of_one_column
from automl.data.labels.parts import Part, plain, with_target
from automl.data.options import AUTO
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Kind of a target -> task that it is inferred to be.
TASK_OF = {
    "class": "classification",
    "labels": "multilabel",
    "number": "regression",
    "none": "anomaly",
}


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels as `automl.data.base.Target` says, split by split.

    Attributes:
        target: What they are.
        values: Labels of each part, without those that are missing.
        kept: Positions of the examples of each part that have a label; None for all.
        why: Why the task was inferred, in a few words.
        notes: What a person should know.
        skipped: Examples without a label.
    """

    target: Target
    values: tuple[np.ndarray, ...]
    kept: tuple[np.ndarray | None, ...]
    why: str
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def task(self) -> str:
        """Registry name of the task that they ask for."""
        return TASK_OF[self.target.kind]


def unlabeled(counts: Sequence[int]) -> Labels:
    """Returns the labels of examples that have none.

    Args:
        counts: Number of examples of each part.
    """
    import numpy as np

    return Labels(
        Target("none"),
        tuple(np.zeros(count, np.int64) for count in counts),
        (None,) * len(counts),
        "there are no labels",
    )


def read_labels(
    parts: Sequence[Part],
    *,
    task: str = AUTO,
    class_names: Sequence[str] | None = None,
    names: Sequence[str] = (),
) -> Labels:
    """Tells what labels are, and writes them so.

    Words and whole numbers are classes, unless the numbers have so many rare
    values that they are surely measured; numbers with fractions are to be
    predicted; columns of 0 and 1 are labels of which any number may hold, or
    classes if exactly one holds in each row.

    Args:
        parts: Labels of each split, the training split first.
        task: Registry name of the task that decides doubtful cases, or ``"auto"``.
        class_names: Name of each class when labels are indices into it.
        names: Name of each column of several labels or numbers.

    Raises:
        UserInputError: If shapes, types or values do not fit; the message names
            the array.
    """
    import numpy as np

    parts = [plain(part) for part in parts]
    for part in parts:
        if part.values.ndim not in (1, 2) or len(part.values) != part.count:
            raise UserInputError(
                f"{part.name} must hold one label per example ({part.count})."
                f" Received: shape {part.values.shape}."
            )
        if part.values.dtype.kind not in "uifbUS":
            raise UserInputError(
                f"{part.name} must hold class labels (integers or strings) or numbers."
                f" Received: dtype {part.values.dtype}."
            )
    widths = {part.values.shape[1:] for part in parts}
    if len(widths) > 1:
        shapes = ", ".join(f"{part.name} {part.values.shape}" for part in parts)
        raise UserInputError(f"Labels of every split have as many columns. Received: {shapes}.")
    parts, kept, skipped = with_target(parts)
    # Text and numbers together become text, as `np.concatenate` has it.
    every = np.concatenate([part.values for part in parts])
    if not len(every):
        raise UserInputError(f"{parts[0].name} must hold labels. Received: none.")
    if every.ndim == 2:
        target, values, why, notes = of_columns(parts, every, task, class_names or names)
    else:
        target, values, why, notes = of_one_column(parts, every, task, class_names, names)
    return Labels(target, tuple(values), kept, why, notes, skipped)
