"""A data set as a run uses it: described, split, fingerprinted, kept on disk."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from automl.data.base import RawData, Source
from automl.errors import UserInputError
from automl.registry import SOURCES
from search_spaces import InputSpec
from search_spaces.registry import nearest

if TYPE_CHECKING:
    import numpy as np

FILE_NAME = "data.npz"
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class DataSummary:
    """What a run keeps of its data beside the arrays.

    Attributes:
        uri: What the user named.
        source: Registry name of the source that read it.
        input: What one example is.
        class_names: Name of each class.
        counts: Split -> number of examples.
        fingerprint: sha256 over the examples, labels and split.
        notes: What a person should know of the reading.
    """

    uri: str
    source: str
    input: InputSpec
    class_names: tuple[str, ...]
    counts: dict[str, int]
    fingerprint: str
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> DataSummary:
        """Builds the summary that `to_dict` wrote."""
        values = dict(record)
        values["input"] = InputSpec(**values["input"])
        values["class_names"] = tuple(values["class_names"])
        values["notes"] = tuple(values["notes"])
        return cls(**values)


@dataclass(frozen=True, eq=False)
class Dataset:
    """The three splits in memory.

    Attributes:
        splits: Split -> (examples, labels).
        summary: Its description.
    """

    splits: dict[str, tuple[np.ndarray, np.ndarray]]
    summary: DataSummary

    def save(self, folder: Path) -> None:
        """Writes the arrays to the run's folder, whole or not at all."""
        import numpy as np

        arrays = {}
        for split, (x, y) in self.splits.items():
            if self.summary.input.kind == "tokens":
                x = x.astype(np.int32)
            elif x.dtype == np.int32:
                x = x.astype(np.float32)
            arrays[f"x_{split}"], arrays[f"y_{split}"] = x, y
        temporary = folder / f".{FILE_NAME}.tmp"
        with temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        os.replace(temporary, folder / FILE_NAME)


def find_source(uri: str) -> Source:
    """Returns the registered source that reads `uri`.

    Raises:
        UserInputError: If none does.
    """
    patterns = []
    for name in SOURCES.names():  # Built-ins first: no plugin is imported in vain.
        cls = SOURCES.get(name)
        if cls.matches(uri):
            source: Source = cls()
            return source
        patterns.append(cls.pattern)
    raise UserInputError(
        f"Unknown data {uri!r}.{nearest(uri, patterns)} DATA is one of: {', '.join(patterns)}."
    )


def load(uri: str, *, test: float, validation: float, seed: int, kind: str = "auto") -> Dataset:
    """Reads, checks and splits what `uri` names.

    Args:
        uri: What the user gave as DATA.
        test: Share of all examples kept for the final test, unless the data
            brings its own test split.
        validation: Share of the rest that ranks candidates.
        seed: Seeds the splits.
        kind: What the examples are, where the data does not say: one of
            `search_spaces.signature.INPUT_KINDS`, or ``"auto"``.

    Raises:
        UserInputError: If the data cannot be read or is too small to split.
    """
    source = find_source(uri)
    raw = source.load(uri, kind) if source.takes_kind else source.load(uri)  # type: ignore[call-arg]
    if kind not in ("auto", raw.input.kind):
        raise UserInputError(
            f"--input says what arrays are, and {uri} holds {raw.input.kind}s."
            f" Received: --input {kind}."
        )
    return split(raw, uri, source.name, test=test, validation=validation, seed=seed)


def split(
    raw: RawData, uri: str, source: str, *, test: float, validation: float, seed: int
) -> Dataset:
    """Splits raw data, stratified by class.

    Raises:
        UserInputError: If a class has too few examples for every split.
    """
    _check_counts(raw)
    rest, held = (raw.x, raw.y), raw.test
    if held is None:
        rest, held = _stratified(rest, test, seed, left=2)
    train, valid = _stratified(rest, validation, seed, left=1)
    spec = with_statistics(raw.input, train[0])
    splits = dict(zip(SPLITS, (train, valid, held), strict=True))
    summary = DataSummary(
        uri=uri,
        source=source,
        input=spec,
        class_names=raw.class_names,
        counts={name: len(y) for name, (_, y) in splits.items()},
        fingerprint=_fingerprint(splits, raw.class_names),
        notes=raw.notes,
    )
    return Dataset(splits, summary)


def with_statistics(spec: InputSpec, x: np.ndarray) -> InputSpec:
    """Returns the spec with mean and standard deviation of each channel, where models want them.

    Args:
        spec: What one example is. Images are rescaled by their range and tokens
            not at all; what a source has put in stays.
        x: Training examples, and no others: nothing of the rest may leak in.
            Padding does not count. A channel that never changes gets 1.
    """
    import numpy as np

    if spec.mean or spec.kind in ("image", "tokens"):
        return spec
    rows = x.reshape(-1, spec.shape[-1]).astype(np.float64)
    if spec.ragged:
        rows = rows[rows.any(axis=-1)]
    if not len(rows):
        return spec
    mean, std = rows.mean(axis=0), rows.std(axis=0)
    # What is left of a constant channel is the rounding of its values.
    constant = std <= 1e-6 * np.maximum(np.abs(mean), 1e-6)
    std = np.where(constant, 1.0, std)
    return replace(spec, mean=tuple(mean.tolist()), std=tuple(std.tolist()))


def read_split(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Reads one split that `Dataset.save` wrote.

    Returns:
        Examples as float32, tokens as int32 (count x shape), and labels as
        int64 (count).

    Raises:
        UserInputError: If the run's copy of the data is gone.
    """
    import numpy as np

    try:
        with np.load(folder / FILE_NAME, allow_pickle=False) as archive:
            x = archive[f"x_{name}"]
            # `Dataset.save` keeps int32 for tokens alone.
            return x if x.dtype == np.int32 else x.astype(np.float32), archive[f"y_{name}"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise UserInputError(
            f"The run's copy of its data, {folder / FILE_NAME}, cannot be read ({error})."
            " Run the search again with another --out."
        ) from error


def _check_counts(raw: RawData) -> None:
    import numpy as np

    if len(raw.class_names) < 2:
        raise UserInputError(
            f"Classification needs at least 2 classes. Received: {len(raw.class_names)}."
        )
    counts = np.bincount(raw.y, minlength=len(raw.class_names))
    needed = 2 if raw.test is not None else 3
    for name, count in zip(raw.class_names, counts, strict=True):
        if count < needed:
            raise UserInputError(
                f"Every class needs at least {needed} examples, one for each split."
                f" Received: {count} of class {name!r}. Add examples or remove the class."
            )


def _stratified(
    data: tuple[np.ndarray, np.ndarray], share: float, seed: int, left: int
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Takes a share of every class out, one example at least, and leaves `left` at least."""
    import numpy as np

    x, y = data
    random = np.random.default_rng(seed)
    out: list[int] = []
    for label in np.unique(y):
        members = random.permutation(np.flatnonzero(y == label))
        out += members[: min(max(1, round(share * len(members))), len(members) - left)].tolist()
    order = random.permutation(len(y))
    held = np.isin(order, out)
    kept, taken = order[~held], order[held]
    return (x[kept], y[kept]), (x[taken], y[taken])


def _fingerprint(
    splits: dict[str, tuple[np.ndarray, np.ndarray]], class_names: tuple[str, ...]
) -> str:
    import numpy as np

    digest = hashlib.sha256(json.dumps(class_names).encode())
    for name, (x, y) in splits.items():
        digest.update(f"{name}{x.shape}{x.dtype}".encode())
        digest.update(np.ascontiguousarray(x).data)
        digest.update(np.ascontiguousarray(y).data)
    return digest.hexdigest()
