"""Training data that stays on the device, and many steps in one call: for JAX.

Keras on JAX calls the device once a step and sends it every batch. A step of a small
model takes less time than that. Here the examples are sent once, a call gets the
positions of many batches, and a loop on the device takes the steps.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.training.batches import Batches

#: Share of a device's memory that training data may take; the rest is the model's.
MOST_OF_DEVICE = 0.25
#: Bytes that it may take where the device does not tell its memory, as the CPU.
MOST_UNTOLD = 256_000_000


def fits_device(*arrays: Any) -> bool:
    """Returns whether examples may stay on the device: JAX, and arrays that are not large.

    Args:
        arrays: What would be kept there; None counts for nothing.
    """
    if keras.backend.backend() != "jax" or keras.distribution.distribution() is not None:
        return False
    found = [each for each in arrays if each is not None]
    if not all(isinstance(each, np.ndarray) and each.dtype.kind in "uifb" for each in found):
        return False
    import jax

    told = jax.local_devices()[0].memory_stats() or {}
    most = MOST_OF_DEVICE * told["bytes_limit"] if "bytes_limit" in told else MOST_UNTOLD
    return bool(sum(each.nbytes for each in found) <= most)


class ResidentBatches(keras.utils.PyDataset):
    """Positions of each batch's examples, in the order of the batches it stands for.

    Args:
        batches: What is trained on; `fits_device` lets its arrays pass.
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self._batches = batches

    def __len__(self) -> int:
        """Returns the number of batches of an epoch."""
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], ...]:
        """Returns the positions of one batch."""
        return (self._batches.positions(index).astype(np.int32),)


def keep_on_device(batches: Batches, model: Any) -> Any:
    """Puts training data on the device and lets a compiled model take its steps there.

    Args:
        batches: What is trained on, unchanged from epoch to epoch.
        model: Its `steps_per_execution` says how many steps a call takes. Another
            fit than the next needs a `train_function` of None before.

    Returns:
        What to give `model.fit` instead; `batches` where they do not fit the device.
    """
    if not fits_device(*batches.arrays):
        return batches
    import jax

    kept = tuple(jax.device_put(each) for each in batches.arrays if each is not None)
    # Positions are no examples: what Keras builds from a batch is built from one here.
    model._symbolic_build(data_batch=_batch(kept, np.arange(1), batches.dtype))
    model.train_function = _stepper(model, kept, batches.dtype)
    return ResidentBatches(batches)


def _batch(kept: tuple[Any, ...], chosen: Any, dtype: str | None) -> tuple[Any, ...]:
    """Returns the examples at some positions: inputs, targets and, if there are any, weights."""
    import jax.numpy as jnp

    x, *rest = (jnp.take(each, chosen, axis=0) for each in kept)
    return (x if dtype is None else x.astype(dtype), *rest)


def _stepper(model: Any, kept: tuple[Any, ...], dtype: str | None) -> Any:
    """Returns what Keras calls with its state and an iterator of positions."""
    import jax
    import jax.numpy as jnp

    most = model.steps_per_execution

    def run(state: Any, data: tuple[Any, ...], positions: Any, count: Any) -> tuple[Any, Any]:
        def step(number: Any, carried: tuple[Any, Any]) -> tuple[Any, Any]:
            logs, following = model.train_step(carried[1], _batch(data, positions[number], dtype))
            return logs, following

        shapes = jax.eval_shape(step, 0, (None, state))[0]
        empty = jax.tree.map(lambda each: jnp.zeros(each.shape, each.dtype), shapes)
        # How many steps is no part of what is compiled: the last call has fewer.
        found: tuple[Any, Any] = jax.lax.fori_loop(0, count, step, (empty, state))
        return found

    compiled = jax.jit(run, donate_argnums=0)

    def train(state: Any, iterator: Any) -> tuple[Any, Any]:
        rows = [np.asarray(next(iterator)[0])]
        while len(rows) < most and (following := next(iterator, None)) is not None:
            rows.append(np.asarray(following[0]))
        filled = rows + rows[:1] * (most - len(rows))
        logs, state = compiled(state, kept, np.stack(filled), len(rows))
        return logs, state

    return train
