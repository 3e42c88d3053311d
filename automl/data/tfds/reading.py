"""Reads the examples of a prepared set, split by split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automl.data.labels.parts import Part
from automl.data.options import ReadOptions
from automl.data.tfds.features import flat, kind_of
from automl.errors import UserInputError

#: Role -> names that splits have for it.
ROLES = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test",),
}
#: Examples that are read at a time, where all have one shape.
BATCH = 256


@dataclass(frozen=True)
class Splits:
    """What is read for each role.

    Attributes:
        names: Role -> what `tensorflow_datasets` reads for it.
        notes: What a person should know.
    """

    names: dict[str, str]
    notes: tuple[str, ...] = ()


def splits_of(info: Any, wanted: str) -> Splits:
    """Returns which of a set's splits are read, in which roles.

    Args:
        info: The `tensorflow_datasets.core.DatasetInfo`.
        wanted: What the user named, e.g. ``"train[:10%]"``; empty for all in
            their roles.

    Raises:
        UserInputError: If it is not said what to learn from, or there is nothing.
    """
    known = list(info.splits)
    if not known:  # Sets of older versions, and made-up data, do not say.
        return Splits({"train": wanted or "train"})
    if wanted:
        # An expression: + joins, [a:b] cuts.
        parts = [part.partition("[")[0].strip() for part in wanted.split("+")]
        if strange := [part for part in parts if part not in known and part != "all"]:
            raise UserInputError(
                f"{info.name} has no split {strange[0]!r}. It has: {', '.join(known)}."
            )
        return Splits({"train": wanted})
    names = {
        role: next(name for name in titles if name in known)
        for role, titles in ROLES.items()
        if any(name in known for name in titles)
    }
    if "train" not in names:
        if len(known) != 1:
            raise UserInputError(
                f"{info.name} has no split called train. It has: {', '.join(known)}."
                f" Name one: tfds:{info.name}:{known[0]}"
            )
        names = {"train": known[0]}
    said = [f"{role} {info.splits[name].num_examples:,}" for role, name in names.items()]
    notes = [f"Splits of {info.name}: {', '.join(said)}."]
    if unused := [name for name in known if name not in names.values()]:
        notes.append(f"Not used: {', '.join(unused)}. :SPLIT after the name reads one of them.")
    return Splits(names, tuple(notes))


def examples(builder: Any, split: str, keys: Mapping[str, str], encoded: str = "") -> Iterator[Any]:
    """Yields the examples of a split, always in the same order.

    Args:
        builder: The prepared builder.
        split: What to read.
        keys: Name that an example gets -> path of the feature.
        encoded: Path of a feature whose encoded bytes are wanted, not its values.
    """
    import tensorflow_datasets as tfds

    yield from tfds.as_numpy(_dataset(builder, split, keys, encoded))


def batches(builder: Any, split: str, keys: Mapping[str, str]) -> Iterator[Any]:
    """Yields `BATCH` examples at a time; all must have one shape."""
    import tensorflow_datasets as tfds

    yield from tfds.as_numpy(_dataset(builder, split, keys, "").batch(BATCH))


def _dataset(builder: Any, split: str, keys: Mapping[str, str], encoded: str) -> Any:
    import tensorflow_datasets as tfds

    decoders = _nested(encoded, tfds.decode.SkipDecoding()) if encoded else None
    dataset = builder.as_dataset(
        split=split,
        shuffle_files=False,
        decoders=decoders,
        # One file after the other: the order must not depend on the machine.
        read_config=tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False),
    )
    return dataset.map(lambda example: {name: _at(example, key) for name, key in keys.items()})


def _nested(path: str, value: Any) -> dict[str, Any]:
    first, _, rest = path.partition("/")
    return {first: _nested(rest, value) if rest else value}


def _at(example: Any, path: str) -> Any:
    for name in path.split("/"):
        example = example[name]
    return example


def arrays(
    builder: Any, splits: Splits, x: str, y: str, options: ReadOptions
) -> dict[str, tuple[Any, Any]]:
    """Returns the values of two features, role by role.

    Args:
        builder: The prepared builder.
        splits: What to read.
        x: Path of the feature that is fed.
        y: Path of the feature that is learned; empty for none.
        options: ``memory`` is heeded.

    Raises:
        UserInputError: If the values are more than may be kept in memory.
    """
    import numpy as np

    features = flat(builder.info.features)
    keys = {"x": x} | ({"y": y} if y else {})
    static = all(None not in (features[key].shape or ()) for key in keys.values())
    static = static and all(kind_of(features[key]) != "classes" for key in keys.values())
    total = sum(_count(builder, split) for split in splits.names.values())
    read: dict[str, tuple[Any, Any]] = {}
    done = size = 0
    for role, split in splits.names.items():
        rows: dict[str, list[Any]] = {name: [] for name in keys}
        each = batches if static else examples
        for batch in each(builder, split, keys):
            for name, value in batch.items():
                rows[name].append(value)
            size += np.asarray(batch["x"]).nbytes
            done += len(batch["x"]) if static else 1
            _check_size(size, options, builder.info.name)
            if static or done % BATCH == 0:
                options.report(done, total, "examples")
        if not rows["x"]:
            raise UserInputError(f"The split {split!r} of {builder.info.name} is empty.")
        values = {name: np.concatenate(each) if static else each for name, each in rows.items()}
        read[role] = (values["x"], values.get("y"))
    return read


def _count(builder: Any, split: str) -> int:
    try:
        return int(builder.info.splits[split].num_examples)
    except (KeyError, ValueError, AttributeError):
        return 0


def _check_size(size: int, options: ReadOptions, name: str) -> None:
    if size > options.memory:
        raise UserInputError(
            f"{name} takes more than the {options.memory / 1e6:,.0f} MB that examples may take in"
            f" memory. Read a part of it: tfds:{name}:train[:10%]"
        )


def as_labels(feature: Any, values: Any, role: str) -> Part:
    """Returns the labels of a split as `automl.data.labels.reading.read_labels` takes them."""
    import numpy as np

    kind = kind_of(feature)
    if kind == "classes":
        found = np.zeros((len(values), feature.feature.num_classes), np.float32)
        for row, several in enumerate(values):
            found[row, np.asarray(several, np.int64)] = 1
    elif kind == "text":
        found = np.array([_text(value) for value in values], dtype=str)
    elif kind in ("class", "number", "array"):
        try:
            found = np.asarray(values)
        except ValueError as error:
            raise UserInputError(
                f"What is learned has one shape. Received: arrays of several lengths ({role})."
            ) from error
    else:
        raise UserInputError(
            "What is learned is a class, several, words or numbers."
            f" Received: a feature {type(feature).__name__}."
        )
    return Part(role, found, len(found))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def class_names(feature: Any) -> list[str] | None:
    """Returns the name of each class of a feature; None for one without."""
    if kind_of(feature) == "classes":
        feature = feature.feature
    if kind_of(feature) != "class":
        return None
    return [str(name) for name in feature.names]
