"""Tells which devices a backend has, in one line of JSON; run in a process of its own.

Started as ``python -m automl.hardware.answering BACKEND``. A backend that finds a
broken driver can end its process, and imported it would take memory of the device.
"""

from __future__ import annotations

import json
import sys
from typing import Any

#: What stands before the line: backends print, too.
MARK = "automl-devices:"


def tensorflow_devices() -> list[dict[str, Any]]:
    """Returns the accelerators of TensorFlow as records of `automl.hardware.devices`."""
    import tensorflow as tf

    found = []
    for index, device in enumerate(tf.config.list_physical_devices("GPU")):
        told = tf.config.experimental.get_device_details(device)
        found.append(
            {
                "kind": "gpu",
                "index": index,
                "name": told.get("device_name", ""),
                "capability": told.get("compute_capability"),
            }
        )
    chips = tf.config.list_physical_devices("TPU")
    return found + [{"kind": "tpu", "index": index, "name": "TPU"} for index in range(len(chips))]


def jax_devices() -> list[dict[str, Any]]:
    """Returns the accelerators of JAX as records of `automl.hardware.devices`."""
    import jax

    found: list[dict[str, Any]] = []
    for device in jax.local_devices():
        kind = {"gpu": "gpu", "cuda": "gpu", "rocm": "gpu", "tpu": "tpu"}.get(device.platform)
        if kind is None:
            continue
        capability = str(getattr(device, "compute_capability", "")).partition(".")
        numbers = [int(part) for part in capability[::2] if part.isdigit()]
        found.append(
            {
                "kind": kind,
                "index": len([each for each in found if each["kind"] == kind]),
                "name": device.device_kind,
                "memory": (device.memory_stats() or {}).get("bytes_limit"),
                "capability": numbers if len(numbers) == 2 else None,
            }
        )
    return found


def main(backend: str) -> None:
    """Prints the answer."""
    devices = {"tensorflow": tensorflow_devices, "jax": jax_devices}[backend]()
    print(MARK + json.dumps(devices), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
