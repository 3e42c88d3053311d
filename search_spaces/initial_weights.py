"""First weights that depend on a seed alone, not on the backend that draws them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

_Draw = Callable[[Any, np.random.Generator, tuple[int, ...]], NDArray[Any]]

#: A normal distribution cut at two deviations has this deviation.
_CUT = 0.87962566103423978


@contextmanager
def drawn_by_numpy() -> Iterator[None]:
    """Lets Keras' random initializers draw from NumPy while models are built.

    Each backend of Keras has random numbers of its own: the same seed gives other
    weights on each. Here the numbers hang on the initializer's seed and the shape alone,
    as distributed as Keras says; the seed comes from Python's generator, which
    `keras.utils.set_random_seed` sets. Nothing is compiled for it, either: JAX would
    compile a program for every shape. Somebody's own initializers are left as they are.
    """
    with ExitStack() as stack:
        for kind, draw in _DRAWS.items():
            stack.callback(setattr, kind, "__call__", kind.__call__)
            kind.__call__ = _by(draw)
        yield


def _by(draw: _Draw) -> Callable[..., Any]:
    def call(self: Any, shape: Any, dtype: Any = None, **_: Any) -> Any:
        generator = np.random.default_rng(_seed(self.seed))
        values = draw(self, generator, tuple(int(size) for size in shape))
        # NumPy has no bfloat16: the backend makes the type.
        return keras.ops.convert_to_tensor(
            np.asarray(values, np.float32), dtype or keras.config.floatx()
        )

    return call


def _seed(seed: Any) -> Any:
    """Returns what NumPy takes as a seed; a generator gives another one every time."""
    if isinstance(seed, keras.random.SeedGenerator):
        return [int(part) % 2**32 for part in keras.ops.convert_to_numpy(seed.next())]
    return int(seed) % 2**32


def _normal(self: Any, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    drawn: NDArray[Any] = self.mean + self.stddev * random.standard_normal(shape, np.float32)
    return drawn


def _truncated(self: Any, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    drawn: NDArray[Any] = self.mean + self.stddev * _within_two(random, shape)
    return drawn


def _uniform(self: Any, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    share = random.random(shape, np.float32)
    drawn: NDArray[Any] = self.minval + (self.maxval - self.minval) * share
    return drawn


def _variance_scaling(
    self: Any, random: np.random.Generator, shape: tuple[int, ...]
) -> NDArray[Any]:
    """Draws as Glorot, He and LeCun do (He et al., 2015, https://arxiv.org/abs/1502.01852)."""
    fan_in, fan_out = _fans(shape, self.input_axes, self.output_axes)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
    scale = self.scale / max(1.0, fan)
    if self.distribution == "truncated_normal":
        return math.sqrt(scale) / _CUT * _within_two(random, shape)
    if self.distribution == "untruncated_normal":
        return math.sqrt(scale) * random.standard_normal(shape, np.float32)
    limit = math.sqrt(3.0 * scale)
    return limit * (2.0 * random.random(shape, np.float32) - 1.0)


def _orthogonal(self: Any, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    """Draws as of Saxe et al., 2014, https://arxiv.org/abs/1312.6120."""
    if len(shape) < 2:
        raise ValueError(f"An orthogonal matrix has two dimensions at least. Received: {shape}.")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    large, small = max(rows, columns), min(rows, columns)
    q, r = np.linalg.qr(random.standard_normal((large, small)))
    q = q * np.sign(np.diag(r))
    drawn: NDArray[Any] = self.gain * (q if rows >= columns else q.T).reshape(shape)
    return drawn


def _within_two(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    """Returns standard normal numbers; those beyond two deviations are drawn again."""
    values = random.standard_normal(math.prod(shape), np.float32)
    while len(far := np.flatnonzero(np.abs(values) > 2.0)):
        values[far] = random.standard_normal(len(far), np.float32)
    return values.reshape(shape)


def _fans(
    shape: tuple[int, ...], inputs: Sequence[int] | None, outputs: Sequence[int] | None
) -> tuple[int, int]:
    """Returns how many inputs and outputs a kernel has, as Keras counts them.

    Args:
        shape: Of the kernel.
        inputs: Its axes of inputs, where it is no dense or convolution kernel.
        outputs: Its axes of outputs, likewise.
    """
    if inputs is not None and outputs is not None:
        return math.prod(shape[axis] for axis in inputs), math.prod(shape[axis] for axis in outputs)
    if len(shape) < 2:
        return (math.prod(shape),) * 2
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


_DRAWS: dict[Any, _Draw] = {
    keras.initializers.RandomNormal: _normal,
    keras.initializers.TruncatedNormal: _truncated,
    keras.initializers.RandomUniform: _uniform,
    keras.initializers.VarianceScaling: _variance_scaling,
    keras.initializers.Orthogonal: _orthogonal,
}
