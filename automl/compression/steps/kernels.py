"""The weights that hold most of a model's bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.errors import CompressionError, UserInputError

if TYPE_CHECKING:
    import keras

#: Kernels below so many weights are left alone by default: all of them together
#: are a few hundred bytes, and the first convolution, the most sensitive, is one.
SMALL = 256

#: One weight, or a few, for each channel: nothing that could be left out.
_PER_CHANNEL = ("alpha", "bias", "gamma", "beta", "scale", "embedding_bias")


@dataclass(frozen=True, eq=False)
class Kernel:
    """One kernel of a model.

    Attributes:
        layer: The layer in the model's graph that holds it.
        variable: The weights, a trainable variable of two axes or more.
    """

    layer: Any
    variable: Any

    @property
    def name(self) -> str:
        """Name of the layer, and of the weights where it has several kernels."""
        return str(self.variable.path)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the weights."""
        return tuple(int(size) for size in self.variable.shape)

    @property
    def size(self) -> int:
        """Number of the weights."""
        total = 1
        for each in self.shape:
            total *= each
        return total

    @property
    def is_depthwise(self) -> bool:
        """Whether each weight works on one channel only."""
        kind = type(self.layer).__name__
        return str(self.variable.name) == "depthwise_kernel" or kind.startswith("Depthwise")

    @property
    def is_embedding(self) -> bool:
        """Whether rows are looked up instead of multiplied."""
        return str(self.variable.name) == "embeddings"


def kernels(model: keras.Model) -> list[Kernel]:
    """Returns all kernels of a model, of every layer, wrapped and custom ones too."""
    import keras

    found: dict[int, Kernel] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            for inner in kernels(layer):
                found.setdefault(id(inner.variable), inner)
            continue
        for variable in layer.trainable_variables:
            per_channel = str(variable.name) in _PER_CHANNEL
            if len(variable.shape) >= 2 and not per_channel:
                found.setdefault(id(variable), Kernel(layer, variable))
    return list(found.values())


def large_kernels(model: keras.Model, least: int = SMALL) -> tuple[list[Kernel], list[str]]:
    """Returns kernels that are worth a treatment, and the names of those left alone.

    Depthwise kernels are few weights that see nothing else of their channel.

    Args:
        model: A built model.
        least: Fewest weights of a kernel.
    """
    taken, left = [], []
    for kernel in kernels(model):
        if kernel.size >= least and not kernel.is_depthwise:
            taken.append(kernel)
        else:
            left.append(kernel.name)
    return taken, left


def check_least(step: str, least: int, lowest: int = 1) -> None:
    """Checks the field of a step that leaves small kernels alone.

    Raises:
        UserInputError: If it is below `lowest`.
    """
    if least < lowest:
        raise UserInputError(f"{step}: least is at least {lowest}. Received: least={least}.")


def kernels_to_treat(step: str, model: keras.Model, least: int) -> tuple[list[Kernel], list[str]]:
    """Returns what `large_kernels` does.

    Raises:
        CompressionError: If there is no large kernel.
    """
    taken, left = large_kernels(model, least)
    if not taken:
        raise CompressionError(f"{step}: no kernel has {least} weights or more.")
    return taken, left
