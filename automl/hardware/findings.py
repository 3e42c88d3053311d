"""What a person should know of a machine's devices, line by line."""

from __future__ import annotations

from dataclasses import dataclass

from automl.hardware.accelerator import unused_reason
from automl.hardware.devices import ACCELERATORS, CPU, Device, Hardware
from automl.hardware.precision import AUTO, choose_precision, native_precisions


@dataclass(frozen=True)
class DeviceFinding:
    """One device.

    Attributes:
        part: What it is.
        works: Whether an installed backend can train on it.
        remark: Its name and memory, who can use it, in which precisions.
    """

    part: str
    works: bool
    remark: str


def device_findings(hardware: Hardware, backends: tuple[str, ...]) -> list[DeviceFinding]:
    """Returns the CPU, then every accelerator that a driver or a backend shows.

    Args:
        hardware: The machine, with the backends' answers.
        backends: Those that are installed.
    """
    found = [DeviceFinding("cpu", True, _cpu(hardware, backends))]
    for kind in ACCELERATORS:
        told = [answer.of_kind(kind) for answer in map(hardware.answer_of, backends) if answer]
        devices = max([hardware.of_kind(kind), *told], key=len)
        found += [_accelerator(device, hardware, backends) for device in devices]
    return found


def _cpu(hardware: Hardware, backends: tuple[str, ...]) -> str:
    name = hardware.processor or "of unknown name"
    computes = ", ".join(native_precisions(hardware, backends[0] if backends else "", CPU))
    return f"{hardware.cores} core(s), {name}; precision: {computes}"


def _accelerator(device: Device, hardware: Hardware, backends: tuple[str, ...]) -> DeviceFinding:
    kind, part = device.kind, f"{device.kind} {device.index}"
    able = [backend for backend in backends if len(hardware.usable(backend, kind)) > device.index]
    if not able:
        reasons = [unused_reason(hardware, backend, kind) for backend in backends]
        return DeviceFinding(part, False, " ".join([f"{device};", *reasons]))
    told = [
        f"{backend} ({', '.join(native_precisions(hardware, backend, kind))};"
        f" auto: {choose_precision(AUTO, hardware, backend, kind)})"
        for backend in able
    ]
    return DeviceFinding(part, True, f"{device}; used by {' and '.join(told)}")
