"""Quantization-aware training: the model learns to live with int8 rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.steps.base import ModelStep, StepContext
from automl.compression.steps.engines import check_engine, done_by_tfmot
from automl.compression.steps.epochs import check_training, epochs_of
from automl.compression.steps.kernels import SMALL
from automl.errors import UserInputError

if TYPE_CHECKING:
    import keras
    import numpy as np

#: Part of a trial's epochs that it trains on for, by default.
SHARE = 0.4
#: Part of these at whose end the ranges stand still, as they do in a file.
STILL = 0.5


@dataclass(frozen=True)
class QuantizationAware(ModelStep):
    """Trains with rounded weights and activations (Jacob et al., 2018).

    Batch normalizations are folded into the layers before them, as converters do,
    and those left stand still; separable convolutions become two layers. Zeros and
    clusters that earlier steps left are kept.
    What comes out is a plain float model, which the converter then quantizes with
    the ranges that the last epochs were trained with. Recurrent layers have no
    int8 form: where a model has one, weights alone are rounded.
    Source: https://arxiv.org/abs/1712.05877.

    Attributes:
        activations: Whether activations are rounded too.
        preserve: Whether zeros and clusters are kept where there are any.
        calibration_samples: Training examples that ranges are measured on; as many
            as the quantize step of the recipe has, and they are the same then.
        epochs: Epochs of training; 0 for a share of the trial's.
        rate: Factor on the trial's learning rate.
        engine: ``"native"``, or ``"tfmot"`` where it is installed and takes every
            layer; it folds nothing, and ranges are the converter's own.
    """

    name: ClassVar[str] = "qat"

    activations: bool = True
    preserve: bool = True
    calibration_samples: int = 256
    epochs: int = 0
    rate: float = 0.1
    engine: str = "native"

    def __post_init__(self) -> None:
        check_engine("qat", self.engine)
        if self.calibration_samples < 1:
            raise UserInputError(
                "qat: calibration_samples is at least 1."
                f" Received: calibration_samples={self.calibration_samples}."
            )
        check_training("qat", self.epochs, self.rate)

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return "quantization-aware training" + ("" if self.activations else " of weights")

    def apply(self, model: keras.Model, context: StepContext) -> keras.Model:
        """Folds, trains with rounding, and returns the model without it.

        Raises:
            CompressionError: If the model is not functional.
        """
        from automl.compression.steps.constraints import held
        from automl.compression.steps.found_constraints import found_constraints
        from automl.compression.steps.graph import as_functional, rebuild
        from automl.compression.steps.rounding.folding import fold_batch_normalization
        from automl.compression.steps.rounding.rounded_model import RECURRENT, Rounded
        from automl.compression.steps.rounding.separable import split_separable

        model = as_functional(model)
        epochs = epochs_of(self.epochs, context.epochs, SHARE)
        there = self.activations and done_by_tfmot(
            self.engine,
            "qat",
            model,
            context,
            options={"keep": _to_keep(model) if self.preserve else ""},
            epochs=epochs,
            rate=self.rate,
            least=SMALL,
        )
        if there:
            return model
        split = split_separable(model)
        folded = fold_batch_normalization(split)
        kinds = {type(layer).__name__ for layer in folded.layers}
        activations = self.activations and not kinds & RECURRENT
        frozen = [each for each in folded.layers if type(each).__name__ == "BatchNormalization"]
        for layer in frozen:
            layer.trainable = False
        constraints, kept = found_constraints(folded, split) if self.preserve else ([], {})
        rounded = Rounded(folded, self._examples(context), activations=activations)
        with held(constraints):
            context.fit(
                rounded.model, epochs, rate=self.rate, callbacks=[_stilling(rounded, epochs)]
            )
        for layer in frozen:
            layer.trainable = True
        context.facts["rounded"] = "weights and activations" if activations else "weights"
        context.facts["kept"] = kept
        context.facts["normalizations that stand still"] = [layer.name for layer in frozen]
        return rebuild(folded)

    def _examples(self, context: StepContext) -> np.ndarray:
        """Returns the training examples that a converter is given to calibrate on."""
        import numpy as np

        x = context.train.x
        count = min(self.calibration_samples, len(x))
        rows = np.linspace(0, len(x) - 1, count).round().astype(np.int64)
        return np.asarray(x[rows]).astype(context.signature.input.dtype)


def _to_keep(model: keras.Model) -> str:
    """Returns what earlier steps left: "zeros", "clusters", "clusters and zeros" or nothing."""
    from automl.compression.steps.found_constraints import found_constraints

    found = set(found_constraints(model)[1].values())
    for kind in ("clusters and zeros", "clusters", "zeros"):
        if kind in found:
            return kind
    return ""


def _stilling(rounded: Any, epochs: int) -> Any:
    """Returns a callback that, as late epochs begin, sets the ranges as the converter will."""
    import keras

    class Stilling(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            if epoch >= int(epochs * (1 - STILL)):
                rounded.freeze()

    return Stilling()
