"""A compression recipe: named data, applied by an exporter."""

from __future__ import annotations

from dataclasses import dataclass

WEIGHT_TYPES = ("float32", "float16", "int8")
ACTIVATION_TYPES = ("float32", "int8")


@dataclass(frozen=True)
class Tolerance:
    """How far an artifact may be from the Keras model and still ship.

    Attributes:
        max_abs_diff: Largest absolute difference over all outputs, in the
            outputs' own unit (probabilities for classifiers).
        min_agreement: Smallest share of examples with the same top-1 class.
    """

    max_abs_diff: float
    min_agreement: float

    def __post_init__(self) -> None:
        if self.max_abs_diff <= 0 or not 0 <= self.min_agreement <= 1:
            raise ValueError(
                "A tolerance needs max_abs_diff > 0 and 0 <= min_agreement <= 1."
                f" Received: {self.max_abs_diff=}, {self.min_agreement=}"
            )


@dataclass(frozen=True)
class Recipe:
    """What is done to a trained model before it is written to a file.

    Attributes:
        name: Name in the registry, on the command line and in the report.
        summary: One line for people.
        weights: Stored type of the weights, one of `WEIGHT_TYPES`.
        activations: Type the runtime computes in, one of `ACTIVATION_TYPES`.
        calibration_samples: Training examples that set the activation ranges;
            0 where none are needed.
        tolerance: What verification demands of the artifact.
    """

    name: str
    summary: str
    weights: str
    activations: str
    calibration_samples: int
    tolerance: Tolerance

    def __post_init__(self) -> None:
        if self.weights not in WEIGHT_TYPES or self.activations not in ACTIVATION_TYPES:
            raise ValueError(
                f"Weights are one of {WEIGHT_TYPES} and activations one of {ACTIVATION_TYPES}."
                f" Received: weights={self.weights!r}, activations={self.activations!r}"
            )
        if self.activations == "int8" and (self.weights != "int8" or self.calibration_samples < 1):
            raise ValueError(
                "int8 activations need int8 weights and at least 1 calibration sample."
                f" Received: weights={self.weights!r}, {self.calibration_samples=}"
            )
