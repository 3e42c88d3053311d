"""Splits dense, embedding and pointwise kernels in two where that saves weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.steps.base import ModelStep, StepContext
from automl.compression.steps.epochs import check_training, epochs_of
from automl.compression.steps.kernels import check_least
from automl.errors import CompressionError, UserInputError

if TYPE_CHECKING:
    import keras
    import numpy as np

#: Part of a trial's epochs that the factors are trained on for, by default.
SHARE = 0.4


@dataclass(frozen=True)
class LowRank(ModelStep):
    """Low-rank factorization (Denton et al., 2014, https://arxiv.org/abs/1404.0736).

    A kernel is split at the fewest singular values that hold `energy` of its
    squared weights, if the two factors are smaller by `saving` or more.

    Attributes:
        energy: Share of the squared weights that is kept, in (0, 1).
        saving: Least share of a kernel's weights that must be saved; in (0, 1). A
            layer more costs a few hundred bytes and a call.
        most: Largest rank over the largest that saves anything; a kernel whose
            energy asks for more is split there all the same. 0 for no such bound.
        epochs: Epochs of fine-tuning; 0 for a share of the trial's.
        rate: Factor on the trial's learning rate.
        least: Kernels of fewer weights are left alone.
    """

    name: ClassVar[str] = "low_rank"

    energy: float = 0.9
    saving: float = 0.2
    most: float = 0.0
    epochs: int = 0
    rate: float = 0.3
    least: int = 1024

    def __post_init__(self) -> None:
        if not 0 < self.energy < 1 or not 0 < self.saving < 1 or not 0 <= self.most < 1:
            raise UserInputError(
                "low_rank: energy and saving lie between 0 and 1, and most from 0 to below 1."
                f" Received: energy={self.energy}, saving={self.saving}, most={self.most}."
            )
        check_least("low_rank", self.least, lowest=4)
        check_training("low_rank", self.epochs, self.rate)

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return f"low rank, {self.energy:.0%} of the energy"

    def apply(self, model: keras.Model, context: StepContext) -> keras.Model:
        """Splits kernels and fine-tunes.

        Raises:
            CompressionError: If no kernel would become smaller.
        """
        from automl.compression.steps.graph import as_functional, rebuild

        model = as_functional(model)
        ranks = {id(layer): rank for layer in model.layers if (rank := self._rank(layer))}
        if not ranks:
            raise CompressionError(
                f"low_rank: no dense, embedding or pointwise kernel of {self.least} weights or"
                f" more gets {self.saving:.0%} smaller at {self.energy:.0%} of its energy."
            )
        split: dict[str, int] = {}
        fillers: list[Callable[[], None]] = []

        def change(operation: Any) -> Any:
            rank = ranks.get(id(operation))
            if rank is None:
                return None
            split[operation.name] = rank
            return _factored(operation, rank, fillers)

        smaller = rebuild(model, change)
        for fill in fillers:
            fill()
        context.fit(smaller, epochs_of(self.epochs, context.epochs, SHARE), rate=self.rate)
        context.facts["ranks"] = split
        context.facts["parameters"] = [int(model.count_params()), int(smaller.count_params())]
        return smaller

    def _rank(self, layer: Any) -> int:
        """Returns the rank to split a layer's kernel at; 0 to leave it whole."""
        from automl.compression.steps.factoring.factors import best_rank, saved

        matrix = _matrix(layer)
        if matrix is None or matrix.size < self.least:
            return 0
        rows, columns = matrix.shape
        rank = best_rank(matrix, self.energy)
        if self.most:
            rank = min(rank, max(1, int(self.most * rows * columns / (rows + columns))))
        return rank if saved((rows, columns), rank) >= self.saving * matrix.size else 0


def _matrix(layer: Any) -> np.ndarray | None:
    """Returns the kernel of a layer that can be split, inputs x outputs; else None."""
    import numpy as np

    kind = type(layer).__name__
    if getattr(layer, "lora_enabled", False) or getattr(layer, "quantization_mode", None):
        return None
    if kind == "Dense":
        return np.asarray(layer.kernel)
    if kind == "Embedding":
        return None if layer.mask_zero else np.asarray(layer.get_weights()[0])
    pointwise = kind in ("Conv1D", "Conv2D") and set(layer.kernel_size) == {1}
    if pointwise and layer.groups == 1 and layer.data_format == "channels_last":
        kernel = np.asarray(layer.kernel)
        return kernel.reshape(kernel.shape[-2:])
    return None


def _factored(layer: Any, rank: int, fillers: list[Callable[[], None]]) -> Any:
    """Returns two layers in place of one; what sets their weights is added to `fillers`."""
    import keras

    config = layer.get_config()
    matrix = _matrix(layer)
    kind = type(layer)
    inner = f"{layer.name}_low"
    if kind.__name__ == "Embedding":
        first = kind.from_config(config | {"output_dim": rank, "name": inner})
        second: Any = keras.layers.Dense(
            layer.output_dim, use_bias=False, dtype=layer.dtype_policy, name=layer.name
        )
    else:
        size = "units" if kind.__name__ == "Dense" else "filters"
        narrow = {size: rank, "name": inner, "use_bias": False, "activation": "linear"}
        # Strides belong to the first, whose result is the smaller for it.
        first = kind.from_config(config | narrow)
        second = kind.from_config(config | ({"strides": 1} if "strides" in config else {}))

    def fill() -> None:
        from automl.compression.steps.factoring.factors import factorize

        if matrix is None:  # It was one when its rank was found.
            return
        left, right = factorize(matrix, rank)
        first.set_weights([left.reshape(first.weights[0].shape)])
        bias = layer.get_weights()[1:] if kind.__name__ != "Embedding" else []
        second.set_weights([right.reshape(second.weights[0].shape), *bias])

    fillers.append(fill)
    return lambda tensor, **options: second(first(tensor))
