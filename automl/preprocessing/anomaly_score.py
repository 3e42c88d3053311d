"""How unlike its reconstruction an example is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from automl.preprocessing.base import Tail
from search_spaces import InputSpec


@dataclass(frozen=True)
class AnomalyScore(Tail):
    """Mean squared difference of an example and its reconstruction, in rescaled units.

    Attributes:
        scale: What a difference of each channel (last axis) is multiplied by first.
        axes: Axes of one example, without the batch axis.
    """

    name: ClassVar[str] = "anomaly_score"

    scale: tuple[float, ...]
    axes: int

    def __post_init__(self) -> None:
        if not self.scale or self.axes < 1:
            raise ValueError(
                "There is a factor for each channel, and at least 1 axis. Received:"
                f" {len(self.scale)} factors, axes={self.axes}"
            )

    @classmethod
    def of(cls, spec: InputSpec) -> AnomalyScore:
        """Returns the score of examples that `spec` describes."""
        if spec.mean:
            return cls(tuple(1 / deviation for deviation in spec.std), len(spec.shape))
        return cls((2 / (spec.high - spec.low),) * spec.shape[-1], len(spec.shape))

    def apply(self, features: Any, outputs: Any) -> Any:
        """Returns (batch, 1), one score for each example, zero or more."""
        import keras

        difference = keras.layers.Subtract(name="difference")([features, outputs])
        rescaled = keras.layers.Rescaling(list(self.scale), name="difference_rescaled")(difference)
        squared = keras.layers.Multiply(name="difference_squared")([rescaled, rescaled])
        if self.axes > 1:
            squared = keras.layers.Flatten(name="differences")(squared)
        return keras.ops.mean(squared, axis=-1, keepdims=True)
