"""Keeps zeros and clusters in place while a model is trained on.

A variable's constraint is applied by the optimizer inside the compiled training
step, so what it holds is held after every step, however many steps one call
into the runtime takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from automl.compression.steps.kernels import Kernel


class Masked:
    """A constraint that sets masked weights to zero; the mask can be changed between steps.

    Args:
        mask: Zeros and ones of the kernel's shape.
    """

    def __init__(self, mask: np.ndarray) -> None:
        import keras

        self.mask = keras.Variable(mask, trainable=False, dtype="float32", name="mask")

    def __call__(self, values: Any) -> Any:
        """Returns the weights that the mask leaves."""
        import keras

        return keras.ops.multiply(values, keras.ops.cast(self.mask.value, values.dtype))


class Clustered:
    """A constraint that gives all weights of a cluster their mean, and zeros a zero.

    The mean of weights that began equal and moved by their own gradients is what
    one shared weight becomes that moves by their mean.

    Args:
        assigned: Cluster of each weight, whole numbers from 0, of the kernel's shape.
        zero: The cluster that stays zero, or -1.
    """

    def __init__(self, assigned: np.ndarray, zero: int) -> None:
        import numpy as np

        self._count = int(assigned.max()) + 1
        self._assigned = assigned.ravel().astype("int32")
        sizes = np.bincount(self._assigned, minlength=self._count)
        self._share = (1.0 / np.maximum(sizes, 1)).astype("float32")
        if zero >= 0:
            self._share[zero] = 0.0

    def __call__(self, values: Any) -> Any:
        """Returns the mean of each weight's cluster in its place."""
        from keras import ops

        flat = ops.reshape(values, (-1,))
        totals = ops.segment_sum(flat, self._assigned, num_segments=self._count)
        means = ops.multiply(totals, ops.cast(self._share, totals.dtype))
        return ops.reshape(ops.take(means, self._assigned), ops.shape(values))


@contextmanager
def held(constraints: list[tuple[Kernel, Any]]) -> Iterator[None]:
    """Applies constraints now and after every training step inside, and once more at the end.

    Args:
        constraints: Kernels and what holds each.
    """
    before = [kernel.variable.constraint for kernel, _ in constraints]
    for kernel, constraint in constraints:
        kernel.variable.constraint = constraint
        kernel.variable.assign(constraint(kernel.variable.value))
    try:
        yield
    finally:
        for (kernel, constraint), old in zip(constraints, before, strict=True):
            kernel.variable.assign(constraint(kernel.variable.value))
            kernel.variable.constraint = old
