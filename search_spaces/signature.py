"""What a space must know of the data to build models for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from search_spaces.errors import UserInputError

INPUT_KINDS = ("image",)
TARGET_KINDS = ("classification",)


@dataclass(frozen=True)
class InputSpec:
    """One model input, as the raw values a user of the exported file feeds.

    Attributes:
        kind: What the values are, one of `INPUT_KINDS`.
        shape: Shape of one example, without the batch axis; images are
            height x width x channels.
        low: Smallest raw value. The model itself rescales from [low, high].
        high: Largest raw value.
    """

    kind: str
    shape: tuple[int, ...]
    low: float = 0.0
    high: float = 255.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))
        if self.kind not in INPUT_KINDS:
            raise UserInputError(
                f"An input kind is one of {INPUT_KINDS}. Received: kind={self.kind!r}"
            )
        if self.kind == "image" and len(self.shape) != 3:
            raise UserInputError(
                f"Images have shape (height, width, channels). Received: shape={self.shape}"
            )
        if any(size < 1 for size in self.shape):
            raise UserInputError(
                f"Every axis must be at least 1 long. Received: shape={self.shape}"
            )
        if not self.low < self.high:
            raise UserInputError(
                f"`low` must be below `high`. Received: low={self.low}, high={self.high}"
            )


@dataclass(frozen=True)
class TargetSpec:
    """What the model must put out.

    Attributes:
        kind: The question, one of `TARGET_KINDS`.
        units: Width of the output, e.g. the number of classes.
    """

    kind: str
    units: int

    def __post_init__(self) -> None:
        if self.kind not in TARGET_KINDS:
            raise UserInputError(
                f"A target kind is one of {TARGET_KINDS}. Received: kind={self.kind!r}"
            )
        if self.units < 2:
            raise UserInputError(
                f"Classification needs at least 2 classes. Received: units={self.units}"
            )


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
