"""Validation or test data that the user names beside DATA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from automl.data.base import Examples, RawData, Target
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
        own: Whether it brought that very split itself, which alone is meant.
    """

    split: str
    uri: str
    raw: RawData
    labels: np.ndarray
    own: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of its reading."""
        own = (f"{self.uri}: Of it, its own {self.split} split is taken.",) if self.own else ()
        return (*(f"{self.uri}: {note}" for note in self.raw.notes), *own)

    def examples(self, data: RawData) -> tuple[Examples, np.ndarray]:
        """Returns raw examples and labels, encoded as those of `data` are.

        Args:
            data: What DATA became when it was fitted on training examples.

        Raises:
            UserInputError: If they cannot be made alike.
        """
        import numpy as np

        x, _ = _part(self._alike(data), self.split if self.own else "")
        if x.shape[1:] != data.x.shape[1:]:
            raise UserInputError(
                f"The {self.split} data must have examples of DATA's shape."
                f" Received: {data.x.shape[1:]} and, in {self.uri}, {x.shape[1:]}."
            )
        missing = 0
        if data.front is None and isinstance(x, np.ndarray) and x.dtype.kind == "f":
            missing = int(np.isnan(x).sum())
        if missing:
            raise UserInputError(
                f"The {self.split} data may lack values where DATA does. Received: {missing:,}"
                f" missing values in {self.uri}, none in DATA."
            )
        return x, self.labels

    def _alike(self, data: RawData) -> RawData:
        """Returns the data with examples as the encoder of DATA gives them."""
        raw = self.raw
        if raw.alike is not None and type(raw.encoder) is type(data.encoder):
            alike: RawData = raw.alike(data.encoder)
            return alike
        if raw.fit is not None or data.fit is not None or _record(raw) != _record(data):
            raise UserInputError(
                f"The {self.split} data {self.uri} cannot be brought to the form of DATA."
                f" Put both into one folder, as train/ and {self.split}/, or into one file."
            )
        return raw


def _part(raw: RawData, own: str) -> tuple[Examples, np.ndarray]:
    """Returns examples and labels of a split that came with the data, or of the rest."""
    given = {"validation": raw.validation, "test": raw.test}.get(own)
    return (raw.x, raw.y) if given is None else given


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
        read: Reads data by options, and leaves out those that it does not know.

    Raises:
        UserInputError: If it cannot be read, or is labelled with something else.
    """
    raw = read(uri, _found_out(options, data))
    # NAME_TEST.ts stands for the whole set, of which that split is meant.
    own = (raw.validation if split == "validation" else raw.test) is not None
    if raw.target.kind != data.target.kind or raw.input.kind != data.input.kind:
        raise UserInputError(
            f"The {split} data must be of DATA's kind ({data.input.kind}, {data.target.kind})."
            f" Received: {uri} ({raw.input.kind}, {raw.target.kind})."
        )
    _, y = _part(raw, split if own else "")
    labels = _renamed(y, raw.target, data.target, f"{split} data {uri}")
    return GivenData(split, uri, raw, labels, own)


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
    if any(data.target.steps):
        found |= {"lookback": data.input.shape[0], "horizon": max(data.target.steps)}
    return replace(options, **found)


def _record(raw: RawData) -> dict[str, Any] | None:
    return None if raw.encoder is None else raw.encoder.to_dict()


def _renamed(y: np.ndarray, own: Target, wanted: Target, what: str) -> np.ndarray:
    """Returns labels of one data set by the names of another."""
    import numpy as np

    if own.names == wanted.names or wanted.kind == "none":
        return y
    missing = sorted(set(own.names) - set(wanted.names))
    if missing or wanted.kind == "number":
        raise UserInputError(
            f"The {what} must have the names of DATA, {', '.join(wanted.names[:5])}."
            f" Received: {', '.join(missing[:5]) or ', '.join(own.names[:5])}."
        )
    places = np.array([wanted.names.index(name) for name in own.names])
    if wanted.kind == "class":
        indices: np.ndarray = places[y].astype(np.int64)
        return indices
    labels = np.zeros((len(y), len(wanted.names)), y.dtype)
    labels[:, places] = y
    return labels
