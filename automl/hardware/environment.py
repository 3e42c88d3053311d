"""What a worker process is told of devices, in environment variables set before it starts.

A place that trains sees its own devices only, and its share of their memory. TensorFlow
has no variables for some of this: `automl.hardware.starting` reads ours in the worker.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from automl.errors import UserInputError
from automl.hardware.devices import CPU, TPU, Device, Hardware

#: Bytes of a GPU that a worker on TensorFlow may take; read by `automl.hardware.starting`.
MEMORY_LIMIT = "AUTOML_DEVICE_MEMORY"
#: Logical CPU devices of a worker; read there, too.
CPU_DEVICES = "AUTOML_CPU_DEVICES"
#: Share of a device's memory that workers take together: a backend needs some beside
#: what its allocator has, for kernels, libraries and XLA's tuning.
MEMORY_SHARE = 0.9

Environment = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DeviceUse:
    """How the trials of a run use the devices of a machine.

    Attributes:
        backend: Keras backend that trains.
        accelerator: ``"cpu"``, ``"gpu"`` or ``"tpu"``.
        devices_per_trial: Devices that one model is trained on. On the CPU they are
            logical ones, made to try it out.
        trials_per_device: Trials at most that share one device.
    """

    backend: str = "tensorflow"
    accelerator: str = CPU
    devices_per_trial: int = 1
    trials_per_device: int = 1

    def __post_init__(self) -> None:
        if min(self.devices_per_trial, self.trials_per_device) < 1:
            raise UserInputError(
                "--devices-per-trial and --trials-per-device are whole numbers from 1. Received:"
                f" {self.devices_per_trial} and {self.trials_per_device}."
            )
        if self.devices_per_trial > 1 and self.trials_per_device > 1:
            raise UserInputError(
                "A trial has several devices or a share of one. Received: --devices-per-trial"
                f" {self.devices_per_trial} and --trials-per-device {self.trials_per_device}."
            )

    def groups(self, hardware: Hardware) -> tuple[tuple[Device, ...], ...]:
        """Returns the devices of each trial that has some to itself; none on the CPU.

        Raises:
            UserInputError: If there are fewer than one trial takes.
        """
        if self.accelerator == CPU:
            return ()
        found, size = hardware.usable(self.backend, self.accelerator), self.devices_per_trial
        if len(found) < size:
            raise UserInputError(
                f"--devices-per-trial {size} needs {size} devices. Found: {len(found)}"
                f" {self.accelerator.upper()}. Give at most {len(found)}."
            )
        starts = range(0, len(found) - size + 1, size)
        return tuple(found[start : start + size] for start in starts)

    def at_once(self, hardware: Hardware) -> int | None:
        """Returns how many trials the accelerators train at once; None on the CPU."""
        if self.accelerator == CPU:
            return None
        return len(self.groups(hardware)) * self.trials_per_device


def environment_of(hardware: Hardware, use: DeviceUse, place: int, places: int) -> Environment:
    """Returns the variables of one of the places that train.

    Args:
        hardware: The machine.
        use: How its devices are used.
        place: The place's number, from 0.
        places: How many there are; more than `DeviceUse.at_once` cannot be.

    Raises:
        UserInputError: If the devices do not hold so many.
    """
    if use.accelerator == CPU:
        return (*without_devices(use.backend), *_logical(use))
    groups = use.groups(hardware)
    most = len(groups) * use.trials_per_device
    if places > most:
        more = "" if use.devices_per_trial > 1 else ", or a larger --trials-per-device"
        raise UserInputError(
            f"--workers {places} is more than the devices hold: {most} at once"
            f" ({len(groups)} x --trials-per-device {use.trials_per_device})."
            f" Give --workers {most}{more}."
        )
    group = groups[place % len(groups)]
    sharing = len(range(place % len(groups), places, len(groups)))
    if use.accelerator == TPU:
        return _of_tpus(group)
    return _of_gpus(group, use.backend, sharing)


def without_devices(backend: str) -> Environment:
    """Returns the variables of a place that takes no accelerator: converters, the CPU."""
    if backend == "jax":
        return (("CUDA_VISIBLE_DEVICES", ""), ("JAX_PLATFORMS", CPU))
    return (("CUDA_VISIBLE_DEVICES", ""),)


def with_flag(flag: str, environment: Mapping[str, str] | None = None) -> str:
    """Returns ``XLA_FLAGS`` with one more flag, in place of an earlier word on it."""
    known = (os.environ if environment is None else environment).get("XLA_FLAGS", "")
    name = flag.partition("=")[0]
    return " ".join([*(w for w in known.split() if w.partition("=")[0] != name), flag])


def _logical(use: DeviceUse) -> Environment:
    if use.devices_per_trial < 2:
        return ()
    count = use.devices_per_trial
    if use.backend == "jax":
        return (("XLA_FLAGS", with_flag(f"--xla_force_host_platform_device_count={count}")),)
    return ((CPU_DEVICES, str(count)),)


def _of_gpus(group: tuple[Device, ...], backend: str, sharing: int) -> Environment:
    names = ",".join(device.handle or str(device.index) for device in group)
    # CUDA's own order is by speed, the driver's by slot.
    seen = (("CUDA_DEVICE_ORDER", "PCI_BUS_ID"), ("CUDA_VISIBLE_DEVICES", names))
    share = MEMORY_SHARE / sharing
    if backend == "jax":
        part = ("XLA_PYTHON_CLIENT_MEM_FRACTION", f"{share:.3f}")
        # The same sums in the same order, as the runs of one seed are to agree.
        exact = ("XLA_FLAGS", with_flag("--xla_gpu_deterministic_ops=true"))
        # A broken driver is an error then, and no training on the CPU in silence.
        known = any(device.capability is not None for device in group)
        platforms = (("JAX_PLATFORMS", "cuda,cpu"),) if known else ()
        return (*seen, *platforms, part, exact)
    memories = [device.memory for device in group if device.memory is not None]
    if sharing > 1 and memories:
        return (*seen, (MEMORY_LIMIT, str(int(min(memories) * share))))
    return (*seen, ("TF_FORCE_GPU_ALLOW_GROWTH", "true"))


def _of_tpus(group: tuple[Device, ...]) -> Environment:
    numbers = ",".join(str(device.index) for device in group)
    return (("TPU_VISIBLE_CHIPS", numbers), ("TPU_VISIBLE_DEVICES", numbers))
