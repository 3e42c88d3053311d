"""One model over several devices: each computes on a part of every batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from automl.errors import UserInputError


@contextmanager
def spread(devices: int) -> Iterator[None]:
    """Lets models that are built here train on several devices, the batch divided among them.

    On TensorFlow by `tf.distribute.MirroredStrategy` or `TPUStrategy`, on JAX by
    `keras.distribution.DataParallel`. Gradients are averaged over the devices, so a
    training is what it is on one, but for the order of sums.

    Args:
        devices: How many; 1 changes nothing.

    Raises:
        UserInputError: If the backend sees fewer.
    """
    if devices == 1:
        yield
        return
    import keras

    if keras.backend.backend() == "jax":
        parallel = keras.distribution.DataParallel(
            devices=_first(devices, _jax_devices()), auto_shard_dataset=False
        )
        keras.distribution.set_distribution(parallel)
        try:
            yield
        finally:
            keras.distribution.set_distribution(None)
        return
    with _strategy(devices).scope():
        yield


def divisible(size: int, devices: int) -> int:
    """Returns the batch size to use where each device takes as much of it as the others."""
    return max(devices, size - size % devices)


def devices_of(model: Any) -> int:
    """Returns how many devices hold the weights of a model."""
    value = model.trainable_variables[0].value
    if hasattr(value, "sharding"):
        return len(value.sharding.device_set)
    return len(getattr(value, "values", None) or [value])


def _strategy(devices: int) -> Any:
    import tensorflow as tf

    kinds = ("TPU", "GPU", "CPU")
    kind = next(each for each in kinds if tf.config.list_logical_devices(each))
    found = [each.name for each in tf.config.list_logical_devices(kind)]
    names = _first(devices, found)
    if kind == "TPU":
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu="local")
        return tf.distribute.TPUStrategy(resolver)
    if kind == "GPU":
        return tf.distribute.MirroredStrategy(names)
    # NCCL is for GPUs.
    return tf.distribute.MirroredStrategy(
        names, cross_device_ops=tf.distribute.ReductionToOneDevice()
    )


def _jax_devices() -> list[Any]:
    import jax

    return list(jax.local_devices())


def _first(count: int, found: list[Any]) -> list[Any]:
    if len(found) < count:
        raise UserInputError(
            f"--devices-per-trial {count} needs {count} devices. This worker sees {len(found)}:"
            f" {', '.join(map(str, found))}."
        )
    return found[:count]
