"""Arrays of examples and labels, however they came, as raw data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from automl.data.arrays.describing import Described, describe
from automl.data.base import Examples, RawData
from automl.data.labels.parts import Part
from automl.data.labels.reading import Labels, read_labels, unlabeled
from automl.data.options import AUTO, ReadOptions
from automl.data.storage import take
from automl.errors import UserInputError
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.preprocessing.array import ArrayEncoder

Pair = tuple[Any, Any]

NO_OPTIONS = ReadOptions()


def examples_and_labels(
    x: Any,
    y: Any = None,
    options: ReadOptions = NO_OPTIONS,
    *,
    class_names: Sequence[str] | None = None,
    validation: Pair | None = None,
    test: Pair | None = None,
    groups: Any = None,
    columns: Sequence[str] = (),
    targets: Sequence[str] = (),
    ragged: bool | None = None,
) -> RawData:
    """Describes examples and labels as raw data.

    Args:
        x: Examples, count x shape, of real numbers: images height x width (x
            channels), spectrograms frames x bins (x channels), series steps (x
            channels), tokens length, vectors features. Shorter series and
            texts are padded at their end with zeros; a list of arrays of
            several lengths is padded here. A list of strings is texts.
        y: Labels, count: whole numbers or strings for classes, numbers with
            fractions for regression; count x labels of 0 and 1, or count x
            numbers; None for none.
        options: ``input`` says what the examples are, ``task`` decides what
            labels in doubt are, ``length`` cuts sequences.
        class_names: Name of each class when labels are indices into it.
        validation: Examples and labels of a given validation split.
        test: Examples and labels of a given test split.
        groups: A value for each example; equal ones stay in one split.
        columns: Name of each feature of a vector, or of each channel.
        targets: Name of each number or label, where `y` has several columns.
        ragged: Whether series are of several lengths; None to take rows of zeros
            at their end for padding.

    Raises:
        UserInputError: If shapes, types or values do not fit; the message names
            the array.
    """
    given = {"x": (x, y), "x_validation": validation, "x_test": test}
    parts = {name: pair for name, pair in given.items() if pair is not None}
    if is_text(x):
        return _texts(parts, options, class_names, groups)
    described = describe(
        [(name, pair[0]) for name, pair in parts.items()], options.input, options.length, ragged
    )
    counts = [len(array) for array in described.arrays]
    labels = _labels(parts, counts, options.task, class_names, targets)
    raw = _joined(list(parts), described, labels, groups)
    raw = replace(raw, encoder=_encoder(raw, columns))
    return _with_imputation(replace(raw, alike=partial(_alike, raw)), described.missing)


def is_text(x: Any) -> bool:
    """Returns whether examples are strings."""
    import numpy as np

    if isinstance(x, np.ndarray):
        if x.ndim == 1 and x.dtype.kind == "O" and len(x):
            return all(isinstance(each, str) for each in x)
        return x.ndim == 1 and x.dtype.kind in "US"
    return isinstance(x, list | tuple) and bool(x) and all(isinstance(each, str) for each in x)


def _labels(
    parts: Mapping[str, Pair],
    counts: Sequence[int],
    task: str,
    class_names: Sequence[str] | None,
    targets: Sequence[str],
) -> Labels:
    import numpy as np

    with_y = [pair[1] is not None for pair in parts.values()]
    if any(with_y) != all(with_y):
        raise UserInputError("Either every split has labels or none. Received: some have.")
    if not any(with_y):
        if task not in (AUTO, "anomaly"):
            raise UserInputError(f"--task {task} needs labels y. Received: none.")
        return unlabeled(counts)
    named = [
        Part(name.replace("x", "y", 1), np.asarray(pair[1]), count)
        for (name, pair), count in zip(parts.items(), counts, strict=True)
    ]
    return read_labels(named, task=task, class_names=class_names, names=targets)


def _joined(names: list[str], described: Described, labels: Labels, groups: Any) -> RawData:
    """Puts examples and labels together, without the examples that have no label."""
    pairs = {
        name: (x if kept is None else take(x, kept), y)
        for name, x, y, kept in zip(
            names, described.arrays, labels.values, labels.kept, strict=True
        )
    }
    return RawData(
        x=pairs["x"][0],
        y=pairs["x"][1],
        input=described.input,
        target=labels.target,
        validation=pairs.get("x_validation"),
        test=pairs.get("x_test"),
        groups=_groups(groups, len(described.arrays[0]), labels.kept[0]),
        task=labels.task,
        why=labels.why,
        notes=(*described.notes, *labels.notes),
        skipped=labels.skipped,
    )


def _groups(groups: Any, count: int, kept: np.ndarray | None) -> np.ndarray | None:
    import numpy as np

    if groups is None:
        return None
    values = np.asarray(groups)
    if values.shape != (count,):
        raise UserInputError(
            f"groups must hold one value per example ({count}). Received: shape {values.shape}."
        )
    if values.dtype.kind == "O":
        values = values.astype(str)
    return values if kept is None else values[kept]


def _encoder(raw: RawData, columns: Sequence[str]) -> ArrayEncoder:
    from automl.preprocessing.array import ArrayEncoder

    return ArrayEncoder(
        raw.input.kind,
        raw.input.shape,
        tuple(columns),
        "int32" if raw.input.kind == "tokens" else "float32",
        padded=raw.input.ragged or raw.input.kind == "tokens",
    )


def _alike(raw: RawData, encoder: ArrayEncoder) -> RawData:
    """Returns data whose shorter sequences are padded as those of other data are."""
    import numpy as np

    def longer(x: Examples) -> Examples:
        missing = encoder.shape[0] - x.shape[1]
        if not encoder.padded or missing <= 0 or not isinstance(x, np.ndarray):
            return x
        return np.pad(x, [(0, 0), (0, missing), *[(0, 0)] * (x.ndim - 2)])

    given = {
        split: None if pair is None else (longer(pair[0]), pair[1])
        for split, pair in (("validation", raw.validation), ("test", raw.test))
    }
    return replace(raw, x=longer(raw.x), validation=given["validation"], test=given["test"])


def _with_imputation(raw: RawData, missing: int) -> RawData:
    """Lets the exported file put training medians where numbers are missing."""
    if not missing:
        return raw

    def fit(train: np.ndarray) -> RawData:
        import numpy as np

        from automl.preprocessing.columns import FURTHEST, fit_columns

        front = fit_columns(np.asarray(raw.x[train], np.float32), raw.x.shape[1], 0, ())
        spec = InputSpec("vector", (front.width,), -FURTHEST, FURTHEST)
        return replace(raw, front=front, input=spec, fit=None)

    values = "value is" if missing == 1 else "values are"
    note = f"{missing:,} {values} missing: the exported file puts training medians there."
    return replace(raw, notes=(*raw.notes, note), fit=fit)


def _texts(
    parts: Mapping[str, Pair],
    options: ReadOptions,
    class_names: Sequence[str] | None,
    groups: Any,
) -> RawData:
    """Describes texts; their vocabulary is chosen on training texts alone."""
    import numpy as np

    from automl.data.splitting.parted import parted
    from automl.data.texts.tokenized import EncodedTexts, texts_from

    if options.input not in (AUTO, "tokens"):
        raise UserInputError(f"x holds texts. Received: input={options.input!r}.")
    texts = {name: _strings_of(name, pair[0]) for name, pair in parts.items()}
    counts = [len(each) for each in texts.values()]
    labels = _labels(parts, counts, options.task, class_names, ())
    kept = [
        range(count) if rows is None else rows.tolist()
        for count, rows in zip(counts, labels.kept, strict=True)
    ]
    strings = [each[row] for each, rows in zip(texts.values(), kept, strict=True) for row in rows]
    roles = np.repeat([_ROLES[name] for name in parts], [len(rows) for rows in kept])
    y = np.concatenate(labels.values)
    values = _groups(groups, counts[0], labels.kept[0])
    if values is not None:  # Given splits stay whole, whatever their groups.
        others = np.full(len(y) - len(values), "")
        values = np.concatenate([values.astype(str), others])
    tokenized = texts_from(strings, options)

    def data(encoded: EncodedTexts) -> RawData:
        return RawData(
            x=encoded.x,
            y=y,
            input=encoded.input,
            target=labels.target,
            encoder=encoded.encoder,
            groups=values,
            task=labels.task,
            why=labels.why,
            notes=(*labels.notes, *encoded.notes),
            skipped=labels.skipped,
            fit=lambda rows: data(tokenized.fit(rows)),
            alike=lambda encoder: data(tokenized.alike(encoder)),
        )

    return parted(data(tokenized.fit(np.flatnonzero(roles == "train"))), roles)


_ROLES = {"x": "train", "x_validation": "validation", "x_test": "test"}


def _strings_of(name: str, x: Any) -> list[str]:
    if not is_text(x):
        raise UserInputError(f"{name} must hold texts, as x does. Received: {type(x).__name__}.")
    return [each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in x]
