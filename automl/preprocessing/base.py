"""The three roles: encoder, front, tail."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Name in a record -> "module:Class". Only these are ever made from a run's records.
PARTS = {
    "image": "automl.preprocessing.image:ImageEncoder",
    "text": "automl.preprocessing.text:TextEncoder",
    "audio": "automl.preprocessing.audio:AudioEncoder",
    "table": "automl.preprocessing.table:TableEncoder",
    "array": "automl.preprocessing.array:ArrayEncoder",
    "resize": "automl.preprocessing.resize:Resize",
    "log_mel": "automl.preprocessing.log_mel:LogMel",
    "columns": "automl.preprocessing.columns:Columns",
    "denormalize": "automl.preprocessing.denormalize:Denormalize",
    "anomaly_score": "automl.preprocessing.anomaly_score:AnomalyScore",
}


class Part(ABC):
    """A frozen dataclass of JSON-ready fields, named in `PARTS`."""

    #: Key in `PARTS`.
    name: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready record that `part_from` reads back."""
        if not is_dataclass(self):
            raise TypeError(f"{type(self).__name__} must be a dataclass.")
        return {"part": self.name, **asdict(self)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Builds the part that `to_dict` wrote, without its ``part``.

        A part whose fields are no plain values or tuples of them overrides this.
        """
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        values = {name: value for name, value in record.items() if name in known}
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def part_from(record: dict[str, Any] | None) -> Any:
    """Builds a part from its record; None from None.

    Raises:
        UserInputError: If the record names no part of ours.
    """
    if record is None:
        return None
    if record.get("part") not in PARTS:
        raise UserInputError(
            f"A part of the preprocessing is one of {', '.join(PARTS)}."
            f" Received: {record.get('part')!r}."
        )
    module, _, name = PARTS[record["part"]].partition(":")
    return getattr(importlib.import_module(module), name).from_dict(record)


@dataclass(frozen=True, eq=False)
class Named:
    """One raw example and what to call it.

    Attributes:
        name: A file's name, a row's number, the beginning of a text.
        x: The raw example, as the exported file takes it, without the batch axis.
        doubts: What of it could not be read or was never learned from.
    """

    name: str
    x: np.ndarray
    doubts: tuple[str, ...] = ()


class Encoder(Part):
    """Turns what a person has into raw examples: outside of the exported file."""

    #: What it takes, for messages: ``"pictures"``.
    takes: ClassVar[str] = ""

    @abstractmethod
    def examples(self, argument: str) -> Iterator[Named]:
        """Reads what the user named: a file, a folder of files, a table, a text.

        Args:
            argument: A path, or what the user typed.

        Raises:
            UserInputError: If it cannot be read.
        """

    @abstractmethod
    def write(self, folder: Path) -> tuple[str, ...]:
        """Writes what another program needs to do the same, beside an exported file.

        That is: small data files (vocabulary, categories) and reference code in
        Python, JavaScript and Kotlin. Must be deterministic.

        Returns:
            Names of the files written.
        """

    @abstractmethod
    def describe(self) -> str:
        """Returns in one or two sentences what to feed the exported file."""


class Front(Part):
    """The first layers of an exported file: raw examples to what a space takes.

    Only standard Keras layers and `keras.ops` on Keras tensors, so that a saved
    model loads in plain Keras, on every backend, and exports everywhere.
    """

    @property
    @abstractmethod
    def raw_shape(self) -> tuple[int, ...]:
        """Shape of one raw example."""

    @property
    def raw_dtype(self) -> str:
        """Type of raw values, ``"float32"`` or ``"int32"``."""
        return "float32"

    @abstractmethod
    def apply(self, inputs: Any) -> Any:
        """Returns the Keras tensor (batch, *space input shape) of (batch, *raw_shape)."""


class Tail(Part):
    """The last layers of an exported file: a searched model's outputs to an answer."""

    @abstractmethod
    def apply(self, features: Any, outputs: Any) -> Any:
        """Returns the Keras tensor of the answer.

        Args:
            features: What the searched model was given, (batch, *space input shape).
            outputs: What it put out, (batch, units) or, for a reconstruction,
                (batch, *space input shape).
        """
