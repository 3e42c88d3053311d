"""The role of a data source: turn what the user named into arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class RawData:
    """What a source delivers: examples as they are, not yet split.

    Attributes:
        x: Raw examples, count x shape.
        y: Class index of each example, int64, count.
        input: What one example is. Mean and standard deviation of each channel
            are left out: they are computed on the training split.
        class_names: Name of each class, in the order of the indices.
        test: Raw examples and labels of a test split that came with the data.
        notes: What a person should know of the reading (skipped files, ...).
    """

    x: np.ndarray
    y: np.ndarray
    input: InputSpec
    class_names: tuple[str, ...]
    test: tuple[np.ndarray, np.ndarray] | None = None
    notes: tuple[str, ...] = field(default=())


class Source(ABC):
    """Reads one kind of data."""

    #: Name in the registry.
    name: ClassVar[str]
    #: What DATA looks like on the command line, for help and errors.
    pattern: ClassVar[str]
    #: Whether `load` takes a second argument, ``kind``: what the user says the
    #: examples are, or ``"auto"``. Sources that know what they read take none.
    takes_kind: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether this source reads `uri`; must be cheap and import nothing heavy."""

    @abstractmethod
    def load(self, uri: str) -> RawData:
        """Reads the data.

        Raises:
            UserInputError: If it cannot be read; the message says where and
                what to do.
        """
