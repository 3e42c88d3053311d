"""Settles devices in a worker, before its backend has begun to use them."""

from __future__ import annotations

import os

from automl.hardware.environment import CPU_DEVICES, MEMORY_LIMIT

_MIB = 1024**2


def settle_devices() -> None:
    """Gives TensorFlow what no variable of its own says: memory shares, logical devices.

    JAX reads all of it from its environment. Call it before the first tensor is made.
    """
    limit, count = os.environ.get(MEMORY_LIMIT), os.environ.get(CPU_DEVICES)
    if not limit and not count:
        return
    import tensorflow as tf

    logical = tf.config.LogicalDeviceConfiguration
    if limit:
        for device in tf.config.list_physical_devices("GPU"):
            part = logical(memory_limit=int(limit) // _MIB)
            tf.config.set_logical_device_configuration(device, [part])
    if count:
        (cpu,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, [logical()] * int(count))
