"""What a block is: a decision, and the layers that carry it out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import keras

from search_spaces.activations import activation
from search_spaces.normalization import normalization

ChoicesT = TypeVar("ChoicesT")


@dataclass(frozen=True)
class Surroundings:
    """What the model decides for a block that stands in it.

    Attributes:
        filters: Channels the block puts out.
        strides: 1 keeps height and width, 2 halves them (rounded up).
        activation: A name from `search_spaces.activations.ACTIVATIONS`.
        normalization: A name from `search_spaces.normalization.NORMALIZATIONS`.
        name: Prefix of the block's layer names. Layer names end up in exported
            files, so a block adds one or two letters, never a counter.
    """

    filters: int
    strides: int = 1
    activation: str = "relu"
    normalization: str = "batch"
    name: str = "b"

    def __post_init__(self) -> None:
        if self.filters < 1:
            raise ValueError(f"A block needs at least 1 filter. Received: filters={self.filters}")
        if self.strides not in (1, 2):
            raise ValueError(f"A block's strides are 1 or 2. Received: strides={self.strides}")

    @property
    def use_bias(self) -> bool:
        """Whether a convolution needs its own bias: a normalization brings one."""
        return self.normalization == "none"

    def finish(self, tensor: Any, suffix: str = "") -> Any:
        """Normalizes and activates `tensor`, as every block does after a convolution."""
        return self.activate(self.normalize(tensor, suffix), suffix)

    def normalize(self, tensor: Any, suffix: str = "") -> Any:
        """Applies the model's normalization in a layer named ``<name>n<suffix>``."""
        return normalization(self.normalization, f"{self.name}n{suffix}")(tensor)

    def activate(self, tensor: Any, suffix: str = "") -> Any:
        """Applies the model's activation in a layer named ``<name>a<suffix>``."""
        return activation(self.activation, f"{self.name}a{suffix}")(tensor)


class Block(ABC, Generic[ChoicesT]):
    """One kind of block: `choose` decides, `apply` builds what was decided.

    A new block is one file with a frozen dataclass of its choices and a subclass
    of this class, and one line in a registry. `BlockContract` in
    `search_spaces.testing` tests it.
    """

    summary: ClassVar[str] = ""

    @abstractmethod
    def choose(self, hp: Any, size: tuple[int, int]) -> ChoicesT:
        """Declares the block's hyperparameters and returns the choices made.

        Args:
            hp: A `keras_tuner.HyperParameters` (or its narrowed view). The caller
                has opened the block's own name and condition scope.
            size: Height and width of the block's input, in pixels.

        Returns:
            A frozen dataclass with what `apply` needs; no layers are made here.
        """

    @abstractmethod
    def apply(self, choices: ChoicesT, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers.

        Args:
            choices: What `choose` returned.
            tensor: A Keras tensor of shape (batch, height, width, channels).
            around: What the surrounding model decides.

        Returns:
            A Keras tensor of shape (batch, ceil(height / strides),
            ceil(width / strides), filters).
        """


def check_kernel(kernel: int) -> None:
    """Checks a kernel size.

    Raises:
        ValueError: If `kernel` is not a positive odd number.
    """
    if kernel < 1 or kernel % 2 == 0:
        raise ValueError(f"A kernel is a positive odd number. Received: kernel={kernel}")


def choose_kernel(hp: Any, size: tuple[int, int]) -> int:
    """Chooses a kernel size that is not mostly padding at this input size."""
    kernels = [kernel for kernel in (3, 5) if kernel == 3 or kernel <= min(size)]
    return int(hp.Choice("kernel", kernels))


def pointwise(tensor: Any, filters: int, use_bias: bool, name: str) -> Any:
    """Applies a 1x1 convolution."""
    return keras.layers.Conv2D(filters, 1, use_bias=use_bias, name=name)(tensor)
