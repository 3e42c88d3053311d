"""Sets the smallest weights to zero, a few more at a time, while the model is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.steps.base import Claim, ModelStep, StepContext
from automl.compression.steps.engines import check_engine, done_by_tfmot
from automl.compression.steps.epochs import check_training, epochs_of
from automl.compression.steps.kernels import (
    SMALL,
    Kernel,
    check_least,
    kernels_to_treat,
    large_kernels,
)
from automl.errors import CompressionError, UserInputError

if TYPE_CHECKING:
    import keras

SCHEDULES = ("polynomial", "constant", "two_four")

#: Part of the fine-tuning in which sparsity grows; the rest mends what it broke.
GROWTH = 0.6
#: Times that it grows, at most: choosing weights anew costs a sort of each kernel.
GROWN = 60
#: Part of a trial's epochs that pruning trains on for, by default.
SHARE = 0.5


@dataclass(frozen=True)
class Prune(ModelStep):
    """Magnitude pruning of the kernels of any layer.

    Raw files stay as large as they were; compressed ones shrink.

    Attributes:
        sparsity: Share of zeros in each kernel, in (0, 1); of no account for
            ``"two_four"``, which sets two of every four inputs to zero.
        schedule: One of `SCHEDULES`: sparsity grows by the cubic of Zhu and Gupta,
            2017, https://arxiv.org/abs/1710.01878, or is there from the start.
        epochs: Epochs of fine-tuning; 0 for half of the trial's.
        rate: Factor on the trial's learning rate.
        least: Kernels of fewer weights are left alone, as depthwise ones are.
        engine: ``"native"``, or ``"tfmot"`` where it is installed and takes every layer.
    """

    name: ClassVar[str] = "prune"

    sparsity: float = 0.8
    schedule: str = "polynomial"
    epochs: int = 0
    rate: float = 0.5
    least: int = SMALL
    engine: str = "native"

    def __post_init__(self) -> None:
        check_engine("prune", self.engine)
        if not 0 < self.sparsity < 1:
            raise UserInputError(
                f"prune: sparsity lies between 0 and 1. Received: sparsity={self.sparsity}."
            )
        if self.schedule not in SCHEDULES:
            raise UserInputError(
                f"prune: schedule is one of {', '.join(SCHEDULES)}."
                f" Received: schedule={self.schedule!r}."
            )
        check_least("prune", self.least)
        check_training("prune", self.epochs, self.rate)

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        if self.schedule == "two_four":
            return "prune 2 of 4"
        return f"prune {self.sparsity:.0%}, {self.schedule}"

    def apply(self, model: keras.Model, context: StepContext) -> keras.Model:
        """Prunes and fine-tunes.

        Raises:
            CompressionError: If no kernel is large enough, or the sparsity is missed.
        """
        chosen, left = kernels_to_treat("prune", model, self.least)
        epochs = epochs_of(self.epochs, context.epochs, SHARE)
        there = done_by_tfmot(
            self.engine,
            "prune",
            model,
            context,
            options={"schedule": self.schedule, "sparsity": self.sparsity},
            epochs=epochs,
            rate=self.rate,
            least=self.least,
        )
        if there and any(self._misses(kernel) for kernel in chosen):
            context.facts["engine"] = "native after tfmot, which left some kernels dense"
            there = False
        if not there:
            self._prune(model, chosen, epochs, context)
        for kernel in chosen:
            if self._misses(kernel):
                raise CompressionError(f"prune: {kernel.name} has fewer zeros than asked for.")
        claims = self.claims(model)
        context.facts["pruned"] = {claim.layer: round(claim.value, 4) for claim in claims}
        context.facts["left dense"] = left
        return model

    def _prune(
        self, model: keras.Model, chosen: list[Kernel], epochs: int, context: StepContext
    ) -> None:
        from automl.compression.steps.constraints import Masked, held

        steady = self.schedule != "polynomial"
        first = self.sparsity if steady else 0.0
        masked = [(kernel, Masked(self._mask(kernel, first))) for kernel in chosen]
        callbacks = [] if steady else [_growing(self, masked)]
        with held(masked):
            context.fit(model, epochs, rate=self.rate, callbacks=callbacks, keep_best=steady)
            if not steady:  # A deadline may have come before the sparsity did.
                for kernel, constraint in masked:
                    constraint.mask.assign(self._mask(kernel, self.sparsity))

    def claims(self, model: keras.Model) -> list[Claim]:
        """Returns the share of zeros, or of groups with two of them, of each kernel."""
        import keras

        from automl.compression.steps.pruning.masks import sparsity_of, two_four_share

        kind = "two_four" if self.schedule == "two_four" else "sparsity"
        measure = two_four_share if kind == "two_four" else sparsity_of
        found = []
        for kernel in large_kernels(model, self.least)[0]:
            value = measure(keras.ops.convert_to_numpy(kernel.variable))
            found.append(Claim(str(kernel.layer.name), kind, kernel.shape, value))
        return found

    def _mask(self, kernel: Kernel, sparsity: float) -> Any:
        import keras

        from automl.compression.steps.pruning.masks import magnitude_mask, two_four_mask

        values = keras.ops.convert_to_numpy(kernel.variable)
        if self.schedule == "two_four":
            return two_four_mask(values)
        return magnitude_mask(values, sparsity)

    def _misses(self, kernel: Kernel) -> bool:
        import keras

        from automl.compression.steps.pruning.masks import sparsity_of, two_four_share

        values = keras.ops.convert_to_numpy(kernel.variable)
        if self.schedule == "two_four":
            return two_four_share(values) < 1
        # One weight more or less is how a share is rounded.
        return sparsity_of(values) < self.sparsity - 1.5 / kernel.size


def sparsity_at(progress: float, final: float) -> float:
    """Returns the sparsity at a share of the training: Zhu and Gupta's cubic from 0.

    Args:
        progress: From 0 to 1.
        final: Sparsity at `GROWTH` of the training and after it.
    """
    return final * (1 - max(0.0, 1 - progress / GROWTH) ** 3)


def _growing(step: Prune, masked: list[tuple[Kernel, Any]]) -> Any:
    """Returns a callback that chooses anew which weights are zero, and more of them each time."""
    import keras

    class Growing(keras.callbacks.Callback):
        """Hears every batch, so that a training step is a call of its own."""

        def __init__(self) -> None:
            super().__init__()
            self._seen = 0
            self._every = 1

        def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
            self._total = max(1, self.params["epochs"] * (self.params["steps"] or 1))
            self._every = max(1, int(self._total * GROWTH) // GROWN)

        def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
            self._seen += 1
            ended = self._total * GROWTH
            if self._seen % self._every or self._seen > ended + self._every:
                return
            sparsity = sparsity_at(self._seen / self._total, step.sparsity)
            for kernel, constraint in masked:
                constraint.mask.assign(step._mask(kernel, sparsity))
                kernel.variable.assign(constraint(kernel.variable.value))

    return Growing()
