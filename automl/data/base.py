"""The role of a data source: turn what the user named into examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from automl.data.options import ReadOptions
from automl.errors import UserInputError
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.preprocessing.base import Encoder, Front

#: What an example can be labelled with.
TARGETS = ("class", "labels", "number", "none")


@dataclass(frozen=True)
class Target:
    """What is known of each example, and how it is written.

    Attributes:
        kind: One of `TARGETS`. ``"class"``: the index of one class, int64, count.
            ``"labels"``: any number of labels, float32 of 0 and 1, count x
            labels. ``"number"``: one or more numbers, float32, count x numbers.
            ``"none"``: nothing; zeros, int64, count.
        names: Name of each class, label or number.
        mean: Mean of each number on training data; empty before the split.
        std: Standard deviation of each number on training data, above zero.
        naive_error: Mean absolute error of persistence (the last value seen is
            the forecast) on training data, in raw units; 0 where there is no
            such forecast. What MASE divides by (Hyndman and Koehler, 2006,
            https://doi.org/10.1016/j.ijforecast.2006.03.001).
        steps: Steps ahead of each number, 0 where it is no forecast. `names`
            and `steps` together say what each number is.
    """

    kind: str = "class"
    names: tuple[str, ...] = ()
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    naive_error: float = 0.0
    steps: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("names", "mean", "std", "steps"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.kind not in TARGETS:
            raise UserInputError(f"A target is one of {TARGETS}. Received: {self.kind!r}.")

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Target:
        """Builds the target that `to_dict` wrote."""
        return cls(**record)


@dataclass(frozen=True)
class Skipped:
    """Something that could not be used: a file, a row.

    Attributes:
        where: Which, e.g. ``cats/7.png`` or ``line 12``.
        reason: Why, in a few words; equal reasons are counted together.
    """

    where: str
    reason: str


class Examples(Protocol):
    """What holds examples: a NumPy array, or something on disk that reads like one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Count x shape of one example."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values as they are kept."""

    def __len__(self) -> int:
        """Returns the number of examples."""

    def __getitem__(self, index: Any) -> Any:
        """Returns the examples at a slice or at an array of positions, as an array."""


@dataclass(frozen=True, eq=False)
class RawData:
    """What a source delivers: examples as they are, not yet split.

    Attributes:
        x: What the user of an exported file feeds, count x shape: raw images,
            waveforms, rows of a table, token ids.
        y: What is known of each example, as `Target` says.
        input: What one example is *to a search space*: after `front`, where
            there is one. Mean and standard deviation of each channel are left
            out: they are computed on the training split.
        target: What `y` is.
        validation: Examples and labels of a validation split that came with the data.
        test: The same for a test split.
        front: What the exported file does first: raw examples -> what `input` says.
        encoder: What happens before the file: a picture, a sentence, a row -> raw
            example.
        groups: A value for each example; equal ones must not be in two splits. Count.
        ordered: Whether examples are in the order of time, so that later ones
            must not help to predict earlier ones.
        overlap: Number of examples that share data with the one before: with
            `ordered`, that many are left out between two splits.
        task: What was inferred to be asked, a registry name of `automl.registry.TASKS`.
        why: Why, in a few words, e.g. ``"2 values in column 'sold'"``.
        notes: What a person should know of the reading.
        skipped: What could not be used, and why.
        fit: Given the positions of the training examples, returns the data with
            everything fitted on them and nothing else: vocabulary, categories,
            medians. None where nothing is to be fitted.
        alike: Given the encoder of other data of the same kind, returns the data
            with its examples as that encoder gives them, whatever `fit` would
            choose. None where examples depend on nothing that is fitted.
    """

    x: Examples
    y: np.ndarray
    input: InputSpec
    target: Target
    validation: tuple[Examples, np.ndarray] | None = None
    test: tuple[Examples, np.ndarray] | None = None
    front: Front | None = None
    encoder: Encoder | None = None
    groups: np.ndarray | None = None
    ordered: bool = False
    overlap: int = 0
    task: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    fit: Callable[[np.ndarray], Self] | None = field(default=None)
    alike: Callable[[Any], Self] | None = field(default=None)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of each class, in the order of the indices; empty without classes."""
        return self.target.names if self.target.kind == "class" else ()


class Source(ABC):
    """Reads one kind of data."""

    #: Name in the registry.
    name: ClassVar[str]
    #: What DATA looks like on the command line, for help and errors.
    pattern: ClassVar[str]
    #: Fields of `ReadOptions` that it heeds. One that the user gave and the
    #: source does not heed is refused, so that nothing is ignored silently.
    heeds: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    @abstractmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether this source reads `uri`; must be cheap and import nothing heavy."""

    def check(self, uri: str, options: ReadOptions) -> None:  # noqa: B027
        """Refuses what can be seen to be wrong at once; must import nothing heavy.

        Raises:
            UserInputError: If something is; `load` would have said so later.
        """

    @abstractmethod
    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Reads the data.

        Raises:
            UserInputError: If it cannot be read; the message says where and
                what to do.
        """
