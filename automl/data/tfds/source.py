"""Sets of the `tensorflow_datasets` catalogue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from automl.data.base import RawData, Source
from automl.data.options import AUTO, ReadOptions
from automl.data.tfds.uri import PATTERN, PREFIX, parse_uri
from automl.errors import UserInputError


class TfdsSource(Source):
    """A set by its name, from disk or downloaded, with its own splits where it has them.

    What is fed and what is learned comes from the set's own description
    (``supervised_keys``), or from ``--target``. Pictures, sounds, texts and rows
    go the same way as those in files.
    """

    name = "tfds"
    pattern = PATTERN
    heeds = frozenset(
        (
            "input",
            "task",
            "target",
            "columns",
            "image_size",
            "color",
            "sample_rate",
            "seconds",
            "length",
            "vocabulary",
            "data_dir",
        )
    )

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` begins with ``tfds:``."""
        return uri.startswith(PREFIX)

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Reads a set.

        Args:
            uri: ``tfds:NAME[/CONFIG][:VERSION][:SPLIT]``.
            options: ``data_dir`` is where sets are kept, ``target`` the feature
                to learn; the rest as for files of the same kind.

        Raises:
            UserInputError: If there is no such set, it cannot be downloaded, or
                nothing of it can be fed.
        """
        name = parse_uri(uri)
        from automl.data.tfds.features import choose
        from automl.data.tfds.opening import open_builder
        from automl.data.tfds.reading import splits_of

        builder = open_builder(name, options)
        chosen = choose(builder.info, options)
        if options.columns and chosen.kind != "table":
            raise UserInputError(
                f"--column is for rows of a table, and {uri} holds {chosen.kind}s. Leave it out."
            )
        splits = splits_of(builder.info, name.split)
        raw: RawData = _READERS[chosen.kind](builder, splits, chosen, replace(options, target=()))
        fed = chosen.inputs[0] if len(chosen.inputs) == 1 else f"{len(chosen.inputs)} features"
        learned = f"; learned is {chosen.target}" if chosen.target else ""
        notes = (f"Fed from {builder.info.full_name}: {fed}{learned}.", *splits.notes)
        return replace(raw, notes=(*notes, *raw.notes))


def _array(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    """Reads tensors."""
    from automl.data.tfds.features import flat

    feature = flat(builder.info.features)[chosen.inputs[0]]
    if options.input == AUTO:
        options = replace(options, input=_kind_of_array(feature))
    return _from_arrays(builder, splits, chosen, options)


def _kind_of_array(feature: Any) -> str:
    """Returns what a tensor is, by its axes: a row, a series, a picture or a spectrogram."""
    shape = tuple(feature.shape or ())
    if len(shape) == 1:
        return "vector" if shape[0] is not None else AUTO
    if len(shape) == 2:
        return "series"
    return "image" if shape[-1] in (1, 3, 4) else "spectrogram"


def _image(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    """Reads pictures: small ones of one size as they are, others as from files."""
    from automl.data.tfds.features import flat
    from automl.data.tfds.files import from_pictures, is_small
    from automl.preprocessing.image import ImageEncoder

    feature = flat(builder.info.features)[chosen.inputs[0]]
    if not is_small(builder, splits, feature, options):
        return from_pictures(builder, splits, chosen, options)
    if options.input not in (AUTO, "image"):
        raise UserInputError(f"--input says what arrays are. Received: pictures, {options.input}.")
    raw = _from_arrays(builder, splits, chosen, replace(options, input="image"))
    height, width, channels = raw.input.shape
    if str(raw.x.dtype) != "uint8" or raw.input.high != 255:
        return raw
    return replace(raw, encoder=ImageEncoder(height, width, channels))


def _from_arrays(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    from automl.data.tfds.reading import arrays

    read = arrays(builder, splits, chosen.inputs[0], chosen.target, options)
    labeled, names, notes = _labeled(builder, chosen, read)
    return _described(labeled, names, notes, options)


def _described(
    labeled: dict[str, tuple[Any, Any]],
    names: list[str] | None,
    notes: list[str],
    options: ReadOptions,
) -> RawData:
    """Returns examples and labels of all splits as raw data."""
    from automl.data.arrays.pairs import examples_and_labels

    raw = examples_and_labels(
        *labeled["train"],
        options,
        class_names=names,
        validation=labeled.get("validation"),
        test=labeled.get("test"),
    )
    return replace(raw, notes=(*raw.notes, *notes))


def _labeled(
    builder: Any, chosen: Any, read: dict[str, tuple[Any, Any]]
) -> tuple[dict[str, tuple[Any, Any]], list[str] | None, list[str]]:
    """Returns examples with labels, without those whose class is kept secret (-1)."""
    import numpy as np

    from automl.data.tfds.features import flat, kind_of
    from automl.data.tfds.reading import as_labels, class_names

    if not chosen.target:
        return read, None, []
    feature = flat(builder.info.features)[chosen.target]
    notes, labeled = [], {}
    for role, (x, values) in read.items():
        y = as_labels(feature, values, role).values
        known = y >= 0 if kind_of(feature) == "class" else np.ones(len(y), bool)
        if not known.any():
            notes.append(f"The {role} split is left out: its classes are not published.")
            continue
        if not known.all():
            notes.append(f"{int((~known).sum()):,} examples of {role} have no class: left out.")
            rows = np.flatnonzero(known)
            x = x[rows] if isinstance(x, np.ndarray) else [x[row] for row in rows.tolist()]
            y = y[rows]
        labeled[role] = (x, y)
    if "train" not in labeled:
        raise UserInputError(
            f"{builder.info.name} must have classes to learn. Received: none known in its training"
            " split."
        )
    return labeled, class_names(feature), notes


def _text(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    """Reads texts."""
    from automl.data.tfds.reading import arrays

    read = {
        role: ([value.decode("utf-8", "replace") for value in _values(x)], y)
        for role, (x, y) in arrays(
            builder, splits, chosen.inputs[0], chosen.target, options
        ).items()
    }
    labeled, names, notes = _labeled(builder, chosen, read)
    return _described(labeled, names, notes, options)


def _values(x: Any) -> list[bytes]:
    return x.tolist() if hasattr(x, "tolist") else list(x)


def _audio(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    """Reads sounds, as from files."""
    from automl.data.tfds.files import from_sounds

    return from_sounds(builder, splits, chosen, options)


def _table(builder: Any, splits: Any, chosen: Any, options: ReadOptions) -> RawData:
    """Reads rows of numbers and words."""
    from automl.data.tfds.rows import from_rows

    return from_rows(builder, splits, chosen, options)


_READERS = {"array": _array, "image": _image, "text": _text, "audio": _audio, "table": _table}
