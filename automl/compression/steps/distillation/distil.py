"""Lets the best models of a run teach this one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.steps.base import ModelStep, StepContext
from automl.compression.steps.epochs import check_training, epochs_of
from automl.errors import CompressionError, UserInputError

if TYPE_CHECKING:
    import keras

STARTS = ("fresh", "trained")


@dataclass(frozen=True)
class Distil(ModelStep):
    """Knowledge distillation (Hinton et al., 2015, https://arxiv.org/abs/1503.02531).

    Attributes:
        teachers: Best trials whose mean answer is the teacher's, at least 1.
        temperature: Softens the answers of classes and labels, at least 1.
        weight: Share of the teacher in the loss, in (0, 1); the rest is the task's own.
        mixup: Shape of the Beta distribution by which two examples are averaged, whose
            answer the teacher is asked for; it tells more than that of examples it
            knows by heart (Beyer et al., 2022, https://arxiv.org/abs/2106.05237). 0
            leaves examples as the trial's training had them, as tokens always are.
        start: ``"fresh"`` trains new weights where the trial can be built again,
            ``"trained"`` goes on from those there are.
        epochs: Epochs; 0 for as many as the trial's.
        rate: Factor on the trial's learning rate.
    """

    name: ClassVar[str] = "distil"

    teachers: int = 1
    # Gentle: very small networks lose by more (benchmarks/compression_steps.py).
    temperature: float = 2.0
    weight: float = 0.5
    mixup: float = 0.0
    start: str = "fresh"
    epochs: int = 0
    rate: float = 1.0

    def __post_init__(self) -> None:
        if self.teachers < 1 or self.temperature < 1 or not 0 < self.weight < 1 or self.mixup < 0:
            raise UserInputError(
                "distil: teachers and temperature are at least 1, weight lies between 0 and 1, and"
                f" mixup is not below 0. Received: teachers={self.teachers},"
                f" temperature={self.temperature}, weight={self.weight}, mixup={self.mixup}."
            )
        if self.start not in STARTS:
            raise UserInputError(
                f"distil: start is one of {', '.join(STARTS)}. Received: start={self.start!r}."
            )
        check_training("distil", self.epochs, self.rate)

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        who = "the best trial" if self.teachers == 1 else f"the best {self.teachers} trials"
        return f"distil from {who}"

    def apply(self, model: keras.Model, context: StepContext) -> keras.Model:
        """Trains the model on the teacher's answers.

        Raises:
            CompressionError: If there is no other model that could teach it.
        """
        from automl.compression.steps.distillation.teaching import ensemble, taught

        found = [each for each in context.teachers(self.teachers) if not _same(each, model)]
        if not found:
            raise CompressionError(
                "distil: the model is the best of its run: there is none to learn from."
            )
        student = context.build() if self.start == "fresh" and context.build else model
        teacher = ensemble(found)
        whole = taught(
            student,
            teacher,
            context.signature,
            temperature=self.temperature,
            weight=self.weight,
        )
        self._mixing(context).fit(
            whole, epochs_of(self.epochs, context.epochs, 1.0), rate=self.rate
        )
        context.facts["teachers"] = [int(each.count_params()) for each in found]
        context.facts["student"] = int(student.count_params())
        context.facts["start"] = "fresh" if student is not model else "trained"
        return student

    def _mixing(self, context: StepContext) -> StepContext:
        """Returns the context in which examples are averaged, where that is asked for."""
        if not self.mixup or context.signature.input.kind == "tokens":
            return context
        rules = replace(context.training.augmentation, mixup=self.mixup)
        return replace(context, training=replace(context.training, augmentation=rules))


def _same(teacher: Any, model: Any) -> bool:
    """Returns whether two models have the same weights."""
    import numpy as np

    first, second = teacher.get_weights(), model.get_weights()
    return len(first) == len(second) and all(
        one.shape == other.shape and bool(np.array_equal(one, other))
        for one, other in zip(first, second, strict=True)
    )
