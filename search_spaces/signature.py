"""What a space must know of the data to build models for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from search_spaces.errors import UserInputError

INPUT_KINDS = ("image", "spectrogram", "series", "tokens", "vector")
TARGET_KINDS = ("classification", "multilabel", "regression", "reconstruction")

_AXES = {
    "image": ("height", "width", "channels"),
    "spectrogram": ("frames", "bins", "channels"),
    "series": ("steps", "channels"),
    "tokens": ("length",),
    "vector": ("features",),
}


@dataclass(frozen=True)
class InputSpec:
    """One model input, as the raw values a user of the exported file feeds.

    Attributes:
        kind: What the values are, one of `INPUT_KINDS`.
        shape: Shape of one example, without the batch axis: images height x
            width x channels, spectrograms frames x bins x channels, series
            steps x channels, tokens length, vectors features.
        low: Smallest raw value. Without `mean`, the model itself rescales from
            [low, high] to [-1, 1].
        high: Largest raw value.
        mean: Mean of each channel (last axis), for the model to subtract.
        std: Standard deviation of each channel, for the model to divide by.
        vocabulary: Number of token ids, padding (0) included; tokens only.
        ragged: Whether series are padded at their end with rows of zeros,
            which a model must not read. Tokens always are.
    """

    kind: str
    shape: tuple[int, ...]
    low: float = 0.0
    high: float = 255.0
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    vocabulary: int = 0
    ragged: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))
        for name in ("mean", "std"):
            object.__setattr__(self, name, tuple(float(value) for value in getattr(self, name)))
        if self.kind not in INPUT_KINDS:
            raise UserInputError(
                f"An input kind is one of {INPUT_KINDS}. Received: kind={self.kind!r}"
            )
        axes = _AXES[self.kind]
        if len(self.shape) != len(axes):
            raise UserInputError(
                f"Inputs of kind {self.kind!r} have shape ({', '.join(axes)})."
                f" Received: shape={self.shape}"
            )
        if any(size < 1 for size in self.shape):
            raise UserInputError(
                f"Every axis must be at least 1 long. Received: shape={self.shape}"
            )
        if not self.low < self.high:
            raise UserInputError(
                f"`low` must be below `high`. Received: low={self.low}, high={self.high}"
            )
        self._check_statistics()
        self._check_padding()

    def _check_statistics(self) -> None:
        if not self.mean and not self.std:
            return
        if not len(self.mean) == len(self.std) == self.shape[-1] or self.kind == "tokens":
            raise UserInputError(
                "`mean` and `std` have one value for each channel (last axis), and tokens have"
                f" none. Received: {len(self.mean)} and {len(self.std)} for shape={self.shape}"
            )
        if min(self.std) <= 0:
            raise UserInputError(f"Every `std` is above zero. Received: {min(self.std)}")

    def _check_padding(self) -> None:
        if (self.kind == "tokens") != (self.vocabulary > 0) or self.vocabulary == 1:
            raise UserInputError(
                "Tokens, and nothing else, have a vocabulary of at least 2 ids. Received:"
                f" kind={self.kind!r}, vocabulary={self.vocabulary}"
            )
        if self.ragged and self.kind not in ("series", "tokens"):
            raise UserInputError(
                f"Only series and tokens can be ragged. Received: kind={self.kind!r}"
            )

    @property
    def rank(self) -> int:
        """Axes of positions: 2 for images and spectrograms, 1 for sequences, 0 for vectors."""
        return {"image": 2, "spectrogram": 2, "series": 1, "tokens": 1, "vector": 0}[self.kind]

    @property
    def size(self) -> tuple[int, ...]:
        """Length of each axis of positions: (height, width), (steps,) or ()."""
        return self.shape[: self.rank]

    @property
    def dtype(self) -> str:
        """``"int32"`` for tokens, else ``"float32"``."""
        return "int32" if self.kind == "tokens" else "float32"


@dataclass(frozen=True)
class TargetSpec:
    """What the model must put out.

    Attributes:
        kind: The question, one of `TARGET_KINDS`: one class of several, any
            number of labels, numbers, or the input itself.
        units: Width of the output: classes, labels, numbers; for a
            reconstruction the number of values of one example.
    """

    kind: str
    units: int

    def __post_init__(self) -> None:
        if self.kind not in TARGET_KINDS:
            raise UserInputError(
                f"A target kind is one of {TARGET_KINDS}. Received: kind={self.kind!r}"
            )
        if self.units < 2 and self.kind == "classification":
            raise UserInputError(
                f"Classification needs at least 2 classes. Received: units={self.units}"
            )
        if self.units < 1:
            raise UserInputError(f"An output is at least 1 wide. Received: units={self.units}")


@dataclass(frozen=True)
class Signature:
    """Input and target of one learning problem."""

    input: InputSpec
    target: TargetSpec

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Signature:
        """Builds the signature that `to_dict` wrote."""
        return cls(input=InputSpec(**record["input"]), target=TargetSpec(**record["target"]))
