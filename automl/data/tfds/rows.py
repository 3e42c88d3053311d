"""Rows of scalars of a set, as a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from automl.data.base import RawData
from automl.data.options import ReadOptions
from automl.errors import UserInputError


def from_rows(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    """Reads scalars and words as the columns of a table.

    Raises:
        UserInputError: If there is nothing to learn.
    """
    from automl.data.splitting.parted import from_frames

    if not chosen.target:
        raise UserInputError(
            f"A table needs something to learn. Name a feature of {builder.info.name} with"
            " --target."
        )
    columns = dict(options.columns)
    frames = {}
    for role, split in splits.names.items():
        frames[role], types = _frame(builder, split, chosen, options)
        columns = types | columns
    frames = _known(frames, chosen.target)
    options = replace(options, target=(chosen.target,), columns=columns)
    return from_frames(frames, options)


def _frame(
    builder: Any, split: str, chosen: Any, options: ReadOptions
) -> tuple[Any, dict[str, str]]:
    """Returns the rows of a split, and the type of each column that the set knows."""
    import pandas

    from automl.data.tfds.features import flat, kind_of
    from automl.data.tfds.reading import batches

    features = flat(builder.info.features)
    names = (*chosen.inputs, chosen.target)
    values: dict[str, list[Any]] = {name: [] for name in names}
    keys = {f"c{position}": name for position, name in enumerate(names)}
    for batch in batches(builder, split, keys):
        for key, name in keys.items():
            values[name] += batch[key].tolist()
        options.report(len(values[names[0]]), 0, "rows")
    types = {}
    for name in names:
        kind = kind_of(features[name])
        if kind == "class":
            values[name] = [_class(features[name], value) for value in values[name]]
        elif kind == "text":
            values[name] = [_text(value) for value in values[name]]
        if name != chosen.target and kind in ("class", "number"):
            types[name] = "category" if kind == "class" else "number"
    return pandas.DataFrame(values), types


def _class(feature: Any, value: int) -> str | None:
    return str(feature.names[value]) if 0 <= value < feature.num_classes else None


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _known(frames: dict[str, Any], target: str) -> dict[str, Any]:
    """Leaves out splits whose target is kept secret."""
    return {role: frame for role, frame in frames.items() if not frame[target].isna().all()}
