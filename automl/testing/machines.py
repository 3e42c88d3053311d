"""Machines as they might be found."""

from __future__ import annotations

from automl.hardware.devices import BackendDevices, Device, Hardware

GB = 1024**3
H200 = Device("gpu", 0, "NVIDIA H200", 141 * GB, (9, 0), "GPU-a")
T4 = Device("gpu", 0, "Tesla T4", 15 * GB, (7, 5), "GPU-b")
P100 = Device("gpu", 0, "Tesla P100", 16 * GB, (6, 0), "GPU-c")
V5E = Device("tpu", 0, "TPU v5e", 16 * GB)
BARE = Hardware(4, (0, 1, 2, 3), "Some CPU")


def machine(*devices: Device, backend: str = "jax", usable: bool = True) -> Hardware:
    """Returns a machine with devices of one kind, which a backend can use or not."""
    numbered = tuple(
        Device(each.kind, number, each.name, each.memory, each.capability, each.handle)
        for number, each in enumerate(devices)
    )
    answer = BackendDevices(backend, "1.0", numbered if usable else ())
    return Hardware(4, (0, 1, 2, 3), "Some CPU", (), numbered, (answer,))
