"""What a block is: a decision, and the layers that carry it out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from search_spaces.layers.activations import activation, initializer_for
from search_spaces.layers.normalization import normalization

ChoicesT = TypeVar("ChoicesT")

#: What a block is made of. A space offers the families it is about.
FAMILIES = ("convolution", "recurrent", "attention", "mixing")


@dataclass(frozen=True)
class Surroundings:
    """What the model decides for a block that stands in it.

    Attributes:
        filters: Channels the block puts out.
        strides: 1 keeps the positions, 2 halves every axis of them (rounded up).
        activation: A name from `search_spaces.layers.activations.ACTIVATIONS`.
        normalization: A name from `search_spaces.layers.normalization.NORMALIZATIONS`.
        name: Prefix of the block's layer names. Layer names end up in exported
            files, so a block adds one or two letters, never a counter.
        branch_dropout: Share of residual branches dropped in training.
        dropout: Share of values dropped inside the block in training.
        mask: 1 for steps of data and 0 for padding, a Keras tensor of shape
            (batch, steps, 1), or None. Blocks that look across steps read it.
    """

    filters: int
    strides: int = 1
    activation: str = "relu"
    normalization: str = "batch"
    name: str = "b"
    branch_dropout: float = 0.0
    dropout: float = 0.0
    mask: Any = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.filters < 1:
            raise ValueError(f"A block needs at least 1 filter. Received: filters={self.filters}")
        if self.strides not in (1, 2):
            raise ValueError(f"A block's strides are 1 or 2. Received: strides={self.strides}")

    @property
    def initializer(self) -> str:
        """Name of the Keras initializer for kernels."""
        return initializer_for(self.activation)

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
    #: One of `FAMILIES`.
    family: ClassVar[str] = "convolution"
    #: Axes of positions it takes: 1 for sequences, 2 for images.
    ranks: ClassVar[tuple[int, ...]] = (2,)
    #: Whether a branch of it may stand beside a shortcut, and be dropped in training.
    branches: ClassVar[bool] = True
    #: Target (of `search_spaces.limits.TARGETS`) -> why the block cannot ship there.
    unsupported: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def choose(self, hp: Any, size: tuple[int, ...]) -> ChoicesT:
        """Declares the block's hyperparameters and returns the choices made.

        Args:
            hp: The narrowed view of a `keras_tuner.HyperParameters`. The caller
                has opened the block's own name and condition scope.
            size: Length of each axis of positions of the block's input: (height,
                width) or (steps,).

        Returns:
            A frozen dataclass with what `apply` needs; no layers are made here.
        """

    def idle(self, choices: ChoicesT, filters: int) -> tuple[str, ...]:
        """Returns the block's hyperparameters that play no part at a number of filters."""
        return ()

    @abstractmethod
    def apply(self, choices: ChoicesT, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers.

        Args:
            choices: What `choose` returned.
            tensor: A Keras tensor of shape (batch, *positions, channels).
            around: What the surrounding model decides.

        Returns:
            A Keras tensor of shape (batch, *positions, filters), each axis of
            positions divided by the strides and rounded up.
        """


def check_kernel(kernel: int) -> None:
    """Checks a kernel size.

    Raises:
        ValueError: If `kernel` is not a positive odd number.
    """
    if kernel < 1 or kernel % 2 == 0:
        raise ValueError(f"A kernel is a positive odd number. Received: kernel={kernel}")


def choose_kernel(hp: Any, size: tuple[int, ...], kernels: tuple[int, ...] = (3, 5)) -> int:
    """Chooses a kernel size that is not mostly padding at this input size."""
    return int(hp.Choice("kernel", [k for k in kernels if k == kernels[0] or k <= min(size)]))
