"""Examples of several given splits, read as one and parted again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.data.base import Examples, RawData
from automl.data.options import ReadOptions
from automl.data.storage import take

if TYPE_CHECKING:
    import numpy as np
    import pandas

#: Column that says of each row in which split it was given, and in which group.
_COLUMN = "(given split)"
#: What no name of a group holds.
_MARK = "\x1f"


def parted(raw: RawData, roles: np.ndarray) -> RawData:
    """Returns raw data whose validation and test examples stand apart.

    What is fitted, is fitted as before: on positions among the training examples.

    Args:
        raw: Examples of all splits, read alike.
        roles: ``"train"``, ``"validation"`` or ``"test"`` for each example.
    """
    import numpy as np

    rows = {role: np.flatnonzero(roles == role) for role in ("train", "validation", "test")}

    def given(data: RawData, role: str) -> tuple[Examples, np.ndarray] | None:
        chosen = rows[role]
        return (take(data.x, chosen), data.y[chosen]) if len(chosen) else None

    def part(data: RawData) -> RawData:
        return replace(
            data,
            x=take(data.x, rows["train"]),
            y=data.y[rows["train"]],
            groups=None if data.groups is None else data.groups[rows["train"]],
            validation=given(data, "validation"),
            test=given(data, "test"),
        )

    made, fit, alike = part(raw), raw.fit, raw.alike
    if fit is not None:
        made = replace(made, fit=lambda train: part(fit(rows["train"][np.asarray(train)])))
    if alike is not None:
        made = replace(made, alike=lambda encoder: part(alike(encoder)))
    return made


def from_frames(frames: Mapping[str, pandas.DataFrame], options: ReadOptions) -> RawData:
    """Returns pandas frames, one for each given split, as raw data.

    Args:
        frames: Split -> its rows, all with the same columns.
        options: As of `automl.data.tables.building.from_frame`.

    Raises:
        UserInputError: If nothing can be learned from them.
    """
    from automl.data.tables.building import from_frame

    if len(frames) == 1:
        return from_frame(frames["train"], options)
    raw = from_frame(_joined(frames, options.group), replace(options, group=_COLUMN))
    return _by_column(raw, bool(options.group))


def _joined(frames: Mapping[str, pandas.DataFrame], group: str) -> Any:
    """Returns all rows in one frame, each with its split and group."""
    import pandas

    from automl.errors import UserInputError

    wanted = list(frames["train"].columns)
    parts = []
    for role, frame in frames.items():
        if missing := [name for name in wanted if name not in frame.columns]:
            raise UserInputError(
                f"The {role} frame must have the columns of the data. It lacks {missing[0]!r}."
            )
        if group and group not in frame.columns:
            raise UserInputError(f"--group names a column. Received: {group!r}.")
        marks = [f"{role}{_MARK}{value}" for value in frame[group]] if group else f"{role}{_MARK}"
        part = frame[wanted].drop(columns=[group] if group else [])
        parts.append(part.assign(**{_COLUMN: marks}))
    return pandas.concat(parts, ignore_index=True)


def _by_column(raw: RawData, grouped: bool) -> RawData:
    """Parts data by the column that was its group, and gives back the group that it had."""
    import numpy as np

    marks = [str(mark).partition(_MARK) for mark in (() if raw.groups is None else raw.groups)]
    roles = np.array([role for role, _, _ in marks])
    groups = np.array([group for _, _, group in marks]) if grouped else None
    notes = tuple(note.replace(f"; {_COLUMN} group", "") for note in raw.notes)
    fit = raw.fit

    def regrouped(data: RawData) -> RawData:
        return replace(data, groups=groups, notes=notes)

    again = None if fit is None else (lambda train: regrouped(fit(train)))
    # Frames beside other data are whole: no column says in which split a row was.
    return parted(replace(regrouped(raw), fit=again, alike=None), roles)
