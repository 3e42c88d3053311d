"""A compression recipe: named data, a list of steps that a person can print, edit and diff."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from automl.compression.steps.base import ModelStep, Step
from automl.compression.steps.pack import Pack
from automl.compression.steps.quantize import Quantize
from automl.errors import UserInputError


@dataclass(frozen=True)
class Tolerance:
    """How far an artifact may be from its Keras model and still ship.

    Attributes:
        max_abs_diff: Largest absolute difference over all outputs, in the
            outputs' own unit (probabilities for classifiers).
        min_agreement: Smallest share of examples with the same top-1 class.
    """

    max_abs_diff: float
    min_agreement: float

    def __post_init__(self) -> None:
        if self.max_abs_diff <= 0 or not 0 <= self.min_agreement <= 1:
            raise UserInputError(
                "A tolerance needs max_abs_diff > 0 and 0 <= min_agreement <= 1."
                f" Received: {self.max_abs_diff=}, {self.min_agreement=}"
            )


@dataclass(frozen=True)
class Recipe:
    """What is done to a trained model on its way to a file.

    Attributes:
        name: Name in the registry, on the command line and in the report.
        summary: One line for people.
        steps: In the order in which they are done: steps that change the model,
            at most one `Quantize`, at most one `Pack`.
        tolerance: What verification demands of the file, compared with the model
            that the model steps left.
    """

    name: str
    summary: str
    steps: tuple[Step, ...] = (Pack(),)
    tolerance: Tolerance = Tolerance(1e-4, 0.999)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", self.name):
            raise UserInputError(
                "A recipe's name is made of small letters, digits, _ and -, a letter first."
                f" Received: {self.name!r}."
            )
        stages = [step.stage for step in self.steps]
        if stages != sorted(stages) or stages.count(1) > 1 or stages.count(2) > 1:
            given = ", ".join(step.name for step in self.steps)
            raise UserInputError(
                "A recipe's steps are those that change the model, then one quantize, then one"
                f" pack at most. Received: {given}."
            )

    @property
    def model_steps(self) -> tuple[ModelStep, ...]:
        """The steps that change the Keras model."""
        return tuple(step for step in self.steps if isinstance(step, ModelStep))

    @property
    def quantize(self) -> Quantize:
        """The step that quantizes; one that changes nothing where the recipe has none."""
        found = [step for step in self.steps if isinstance(step, Quantize)]
        return found[0] if found else Quantize(weights="float32")

    @property
    def packs(self) -> bool:
        """Whether the file is stripped of what is not weights."""
        return any(isinstance(step, Pack) for step in self.steps)

    @property
    def keeps_metadata(self) -> bool:
        """Whether the file says of itself what tools of its platform read."""
        return all(step.metadata for step in self.steps if isinstance(step, Pack))

    @property
    def weights(self) -> str:
        """Stored type of the weights."""
        return self.quantize.weights

    @property
    def activations(self) -> str:
        """Type the runtime computes in."""
        return self.quantize.activations

    @property
    def calibration_samples(self) -> int:
        """Training examples that set the ranges of activations; 0 where none are needed."""
        return self.quantize.calibration_samples

    def with_calibration(self, samples: int) -> Recipe:
        """Returns the recipe with no more than so many calibration samples."""
        fewer = min(self.calibration_samples, samples)
        steps = tuple(
            replace(step, calibration_samples=fewer) if isinstance(step, Quantize) else step
            for step in self.steps
        )
        return replace(self, steps=steps)

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON- and TOML-ready record that `from_dict` reads back."""
        return {
            "name": self.name,
            "summary": self.summary,
            "tolerance": asdict(self.tolerance),
            "steps": [step.to_dict() for step in self.steps],
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Recipe:
        """Builds the recipe of a record.

        Raises:
            UserInputError: If a name or a value is unknown.
        """
        unknown = sorted(record.keys() - {"name", "summary", "tolerance", "steps"})
        if unknown or not isinstance(record.get("steps"), list | tuple):
            raise UserInputError(
                "A recipe has a summary, a tolerance and a list of steps."
                f" Received: {', '.join(unknown) or 'no list of steps'}."
            )
        given = record.get("tolerance", {})
        try:
            tolerance = Tolerance(**given) if given else _USUAL_TOLERANCE
        except TypeError as error:
            raise UserInputError(
                f"A tolerance has max_abs_diff and min_agreement. Received: {given}."
            ) from error
        name = str(record.get("name", ""))
        steps = tuple(step_from(each) for each in record["steps"])
        return cls(name, str(record.get("summary", "")) or name, steps, tolerance)


#: What a recipe of a file is held to if it does not say: as full int8.
_USUAL_TOLERANCE = Tolerance(0.6, 0.97)


def step_from(record: Mapping[str, Any]) -> Step:
    """Builds a step of its record.

    Raises:
        UserInputError: If there is no such step, or a field is unknown or wrong.
    """
    from automl.registry import STEPS

    if not isinstance(record, Mapping) or not isinstance(record.get("step"), str):
        raise UserInputError(
            f'A step is a table with a name, such as {{step = "pack"}}. Received: {record}.'
        )
    step: Step = STEPS.get(record["step"]).from_dict(record)
    return step
