"""What one finished run leaves: which configurations did best on what kind of data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from automl.errors import UserInputError

if TYPE_CHECKING:
    from automl.data.dataset import DataSummary

#: Written into every lesson; those of another version are left alone.
VERSION = 1
#: Data further apart than this is of another kind; each doubling of a size counts one.
FAR = 6.0
_PLAIN = (str, int, float, bool)


@dataclass(frozen=True)
class Kind:
    """What data is like, as far as a model's architecture hangs on it.

    Attributes:
        task: What was asked of it.
        input: Kind of the input, e.g. ``"image"``.
        shape: Its shape.
        target: Kind of the labels.
        units: Classes, labels or numbers asked for.
        examples: Training examples.
    """

    task: str
    input: str
    shape: tuple[int, ...]
    target: str
    units: int
    examples: int

    def __post_init__(self) -> None:
        words = (self.task, self.input, self.target)
        counts = (*self.shape, self.units, self.examples)
        if not all(isinstance(each, str) for each in words):
            raise UserInputError(f"A kind of data is told in words. Received: {words}.")
        if not all(isinstance(each, int) and each >= 0 for each in counts):
            raise UserInputError(f"A kind of data has whole numbers from 0. Received: {counts}.")

    @classmethod
    def of(cls, data: DataSummary, task: str) -> Kind:
        """Returns the kind of a run's data."""
        return cls(
            task=task,
            input=data.input.kind,
            shape=tuple(int(each or 0) for each in data.input.shape),
            target=data.target.kind,
            units=len(data.target.names),
            examples=int(data.counts.get("train", 0)),
        )

    def distance(self, other: Kind) -> float:
        """Returns how far apart two kinds are, from 0; infinite where nothing carries over."""
        mine = (self.task, self.input, self.target, len(self.shape))
        if mine != (other.task, other.input, other.target, len(other.shape)):
            return math.inf
        ours = (*self.shape, self.units, self.examples)
        theirs = (*other.shape, other.units, other.examples)
        pairs = zip(ours, theirs, strict=True)
        return sum(abs(math.log2((one + 1) / (two + 1))) for one, two in pairs)


@dataclass(frozen=True)
class Proven:
    """A configuration that did well.

    Attributes:
        space: The space it is of.
        values: Its active hyperparameters.
        measures: What its untrained artifact cost, by the names of
            `automl.types.Measures`, as far as it was a number.
    """

    space: str
    values: dict[str, Any]
    measures: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.space, str) or not isinstance(self.values, dict):
            raise UserInputError("A configuration has a space and values.")
        if not all(isinstance(each, _PLAIN) for each in self.values.values()):
            raise UserInputError(f"Values are words and numbers. Received: {self.values}.")
        if not all(isinstance(each, int | float) for each in self.measures.values()):
            raise UserInputError(f"Measures are numbers. Received: {self.measures}.")


@dataclass(frozen=True)
class Lesson:
    """What one run found; nothing of its data but what `Kind` says.

    Attributes:
        kind: What its data is like.
        objective: What ranked its trials.
        proven: Its best configurations, best first.
    """

    kind: Kind
    objective: str
    proven: tuple[Proven, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self) | {"version": VERSION}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Lesson | None:
        """Builds the lesson that `to_dict` wrote; None if this is none that can be used."""
        try:
            if record["version"] != VERSION:
                return None
            kind = dict(record["kind"])
            return cls(
                kind=Kind(**kind | {"shape": tuple(kind["shape"])}),
                objective=str(record["objective"]),
                proven=tuple(Proven(**each) for each in record["proven"]),
            )
        except (UserInputError, KeyError, TypeError, ValueError):
            return None
