"""Validation or test data that the user names beside DATA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.base import Examples, RawData
from automl.data.options import AUTO, ReadOptions
from automl.errors import UserInputError
from automl.preprocessing.image import ImageEncoder

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class GivenData:
    """Other data, to be brought to the form of DATA once that is fitted.

    Attributes:
        split: What it is for, ``"validation"`` or ``"test"``.
        uri: What the user named.
        raw: What its source delivered.
        labels: Its labels, by the classes or names of DATA.
    """

    split: str
    uri: str
    raw: RawData
    labels: np.ndarray

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of its reading."""
        return tuple(f"{self.uri}: {note}" for note in self.raw.notes)

    def examples(self, data: RawData) -> tuple[Examples, np.ndarray]:
        """Returns raw examples and labels, encoded as those of `data` are.

        Args:
            data: What DATA became when it was fitted on training examples.

        Raises:
            UserInputError: If they cannot be made alike.
        """
        x: Examples
        if self.raw.fit is None and data.fit is None and _record(self.raw) == _record(data):
            x = self.raw.x
        else:
            x = self._encoded(data)
        if x.shape[1:] != data.x.shape[1:]:
            raise UserInputError(
                f"The {self.split} data must have examples of DATA's shape."
                f" Received: {data.x.shape[1:]} and, in {self.uri}, {x.shape[1:]}."
            )
        return x, self.labels

    def _encoded(self, data: RawData) -> np.ndarray:
        """Returns the examples of a file by the encoder of DATA, in the order of its rows."""
        import numpy as np

        if data.encoder is None or not Path(self.uri).is_file() or self.raw.ordered:
            raise UserInputError(
                f"The {self.split} data {self.uri} cannot be brought to the form of DATA."
                f" Put both into one folder, as train/ and {self.split}/, or into one file."
            )
        x = np.stack([named.x for named in data.encoder.examples(self.uri)])
        if len(x) != len(self.labels):
            raise UserInputError(
                f"Every example of the {self.split} data needs a label. Received: {len(x):,}"
                f" examples and {len(self.labels):,} labels in {self.uri}."
            )
        return x


def read_given(
    split: str,
    uri: str,
    data: RawData,
    options: ReadOptions,
    read: Callable[[str, ReadOptions], RawData],
) -> GivenData:
    """Reads other data the way DATA was read.

    Args:
        split: What it is for, ``"validation"`` or ``"test"``.
        uri: What the user named.
        data: What DATA's source delivered.
        options: How DATA was read.
        read: Reads data by options.

    Raises:
        UserInputError: If it cannot be read, or is labelled with something else.
    """
    raw = read(uri, _found_out(options, data))
    own = raw.validation if split == "validation" else raw.test
    if own is not None:  # NAME_TEST.ts stands for the whole set, of which that split is meant.
        note = f"Of it, its own {split} split is taken."
        raw = replace(raw, x=own[0], y=own[1], validation=None, test=None, groups=None,
                      notes=(*raw.notes, note))  # fmt: skip
    if raw.target.kind != data.target.kind or raw.input.kind != data.input.kind:
        raise UserInputError(
            f"The {split} data must be of DATA's kind ({data.input.kind}, {data.target.kind})."
            f" Received: {uri} ({raw.input.kind}, {raw.target.kind})."
        )
    return GivenData(split, uri, raw, _renamed(raw, data, f"{split} data {uri}"))


def _found_out(options: ReadOptions, data: RawData) -> ReadOptions:
    """Returns the options with what was found out about DATA: sizes, rates, lengths."""
    found: dict[str, Any] = {}
    for name in ("sample_rate", "seconds", "length"):
        value = getattr(data.encoder, name, None)
        if value and not getattr(options, name):
            found[name] = value
    if isinstance(data.encoder, ImageEncoder):
        color = {1: "grey", 3: "rgb"}.get(data.encoder.channels, AUTO)
        found |= {"image_size": (data.encoder.height, data.encoder.width), "color": color}
    return replace(options, **found)


def _record(raw: RawData) -> dict[str, Any] | None:
    return None if raw.encoder is None else raw.encoder.to_dict()


def _renamed(raw: RawData, data: RawData, what: str) -> np.ndarray:
    """Returns labels of one data set by the names of another."""
    import numpy as np

    if raw.target.names == data.target.names or data.target.kind == "none":
        return raw.y
    missing = sorted(set(raw.target.names) - set(data.target.names))
    if missing or data.target.kind == "number":
        raise UserInputError(
            f"The {what} must have the names of DATA, {', '.join(data.target.names[:5])}."
            f" Received: {', '.join(missing[:5]) or ', '.join(raw.target.names[:5])}."
        )
    places = np.array([data.target.names.index(name) for name in raw.target.names])
    if data.target.kind == "class":
        indices: np.ndarray = places[raw.y].astype(np.int64)
        return indices
    labels = np.zeros((len(raw.y), len(data.target.names)), raw.y.dtype)
    labels[:, places] = raw.y
    return labels
