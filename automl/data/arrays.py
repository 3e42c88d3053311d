"""Arrays of examples and labels, however they came, as raw data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.data.base import RawData
from automl.data.examples import Described, describe
from automl.data.labels import Labels, Part, read_labels, unlabeled
from automl.data.options import AUTO, ReadOptions
from automl.data.storage import take
from automl.errors import UserInputError
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

Pair = tuple[Any, Any]

#: Names of the splits' arrays in files and dictionaries: x_train, y_val, ...
SUFFIXES = {
    "train": ("", "_train"),
    "validation": ("_val", "_valid", "_validation"),
    "test": ("_test",),
}
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
    encoder = _encoder(raw, columns)
    return _with_imputation(replace(raw, encoder=encoder), described.missing)


def from_named(arrays: Mapping[str, Any], where: str, options: ReadOptions = NO_OPTIONS) -> RawData:
    """Describes arrays that are known by name, as in an ``.npz`` file.

    Args:
        arrays: ``x`` and ``y``, or ``x_train`` and ``y_train``; optionally
            ``x_val``, ``x_valid`` or ``x_validation`` with its y, ``x_test`` and
            ``y_test``, ``class_names`` and ``groups``.
        where: What messages call the whole.
        options: As of `examples_and_labels`; ``target`` names another array
            than y, ``group`` another than groups.

    Raises:
        UserInputError: If an array is missing or does not fit.
    """
    if len(options.target) > 1:
        raise UserInputError(f"--target names one array. Received: {', '.join(options.target)}.")
    target = options.target[0] if options.target else "y"
    pairs = {split: _pair(arrays, split, target) for split in SUFFIXES}
    known = ", ".join(map(str, arrays)) or "none"
    pair = pairs["train"]
    if pair is None:
        raise UserInputError(
            f"{where} must hold arrays x and y (or x_train and y_train). Received: {known}."
        )
    labeled = {split for split, each in pairs.items() if each is not None and each[1] is not None}
    if options.target and "train" not in labeled:
        raise UserInputError(f"{where} must hold the array {target!r}. Received: {known}.")
    for split, each in pairs.items():
        if each is not None and (split in labeled) != ("train" in labeled):
            name = SUFFIXES[split][-1]
            raise UserInputError(
                f"{where} must hold both x{name} and y{name}, or neither. Received: {known}."
            )
    for name in ("val", "valid", "validation", "test"):
        if f"{target}_{name}" in arrays and f"x_{name}" not in arrays:
            raise UserInputError(
                f"{where} must hold both x_{name} and {target}_{name}, or neither."
                f" Received: {known}."
            )
    if "train" not in labeled and options.task == AUTO:
        _check_no_labels(arrays, where)
    if options.group and options.group not in arrays:
        raise UserInputError(f"{where} must hold the array {options.group!r}. Received: {known}.")
    return examples_and_labels(
        *pair,
        options,
        class_names=_strings(arrays, "class_names"),
        validation=pairs["validation"],
        test=pairs["test"],
        groups=arrays.get(options.group or "groups"),
        columns=_strings(arrays, "feature_names") or (),
        targets=_strings(arrays, "target_names") or (),
    )


def _check_no_labels(arrays: Mapping[str, Any], where: str) -> None:
    """Refuses arrays that may be labels by another name than y."""
    import numpy as np

    known = {f"x{suffix}" for suffixes in SUFFIXES.values() for suffix in suffixes}
    known |= {"class_names", "feature_names", "target_names", "groups"}
    for name, values in arrays.items():
        if name not in known and np.ndim(values):
            raise UserInputError(
                f"{where} holds x but no y. Received: {', '.join(map(str, arrays))}. Name the"
                f" labels with --target {name}, or say --task anomaly."
            )


def is_text(x: Any) -> bool:
    """Returns whether examples are strings."""
    import numpy as np

    if isinstance(x, np.ndarray):
        if x.ndim == 1 and x.dtype.kind == "O" and len(x):
            return all(isinstance(each, str) for each in x)
        return x.ndim == 1 and x.dtype.kind in "US"
    return isinstance(x, list | tuple) and bool(x) and all(isinstance(each, str) for each in x)


def _pair(arrays: Mapping[str, Any], split: str, target: str) -> Pair | None:
    for suffix in SUFFIXES[split]:
        if f"x{suffix}" in arrays:
            return arrays[f"x{suffix}"], arrays.get(f"{target}{suffix}")
    return None


def _strings(arrays: Mapping[str, Any], name: str) -> list[str] | None:
    return [str(each) for each in arrays[name]] if name in arrays else None


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


def _encoder(raw: RawData, columns: Sequence[str]) -> Any:
    from automl.preprocessing.array import ArrayEncoder

    return ArrayEncoder(
        raw.input.kind,
        raw.input.shape,
        tuple(columns),
        "int32" if raw.input.kind == "tokens" else "float32",
        padded=raw.input.ragged or raw.input.kind == "tokens",
    )


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

    from automl.data.parted import parted
    from automl.data.texts.tokenized import texts_from

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

    def data(rows: np.ndarray) -> RawData:
        encoded = tokenized.fit(rows)
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
            fit=data,
        )

    return parted(data(np.flatnonzero(roles == "train")), roles)


_ROLES = {"x": "train", "x_validation": "validation", "x_test": "test"}


def _strings_of(name: str, x: Any) -> list[str]:
    if not is_text(x):
        raise UserInputError(f"{name} must hold texts, as x does. Received: {type(x).__name__}.")
    return [each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in x]
