"""What an exported file says of itself: inputs, outputs, operators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TensorFacts:
    """One input or output.

    Attributes:
        name: Its name in the file's signature.
        shape: Sizes with the batch first; -1 where any will do.
        dtype: ``"float32"``, ``"int8"``, ...
        scale: What stored numbers are multiplied by, after `zero_point` is taken
            off; 0 where numbers are as they are.
        zero_point: The stored number that stands for 0.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float = 0.0
    zero_point: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary, without a quantization that there is not."""
        record: dict[str, Any] = {"name": self.name, "shape": list(self.shape), "dtype": self.dtype}
        if self.scale:
            record["quantization"] = {"scale": self.scale, "zero_point": self.zero_point}
        return record


@dataclass(frozen=True)
class FileFacts:
    """What a file takes, gives and is made of.

    Attributes:
        inputs: In order.
        outputs: In order.
        operators: Name -> how often, by name.
        more: What else is to be told of a file of its kind, JSON-ready.
    """

    inputs: tuple[TensorFacts, ...] = ()
    outputs: tuple[TensorFacts, ...] = ()
    operators: dict[str, int] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary."""
        return {
            "inputs": [each.to_dict() for each in self.inputs],
            "outputs": [each.to_dict() for each in self.outputs],
            "operators": dict(sorted(self.operators.items())),
            **self.more,
        }
