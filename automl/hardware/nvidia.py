"""NVIDIA's GPUs as the driver shows them, read without a backend.

What the tools print is read by functions of text alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from automl.hardware.devices import GPU, Device

#: Seconds that the driver's tool may take; a broken driver makes it hang.
PATIENCE = 20.0
_PROC = Path("/proc/driver/nvidia/gpus")
_FIELDS = ("index", "uuid", "name", "memory.total", "compute_cap")
#: Tools of older drivers do not know the last field.
_OLD_FIELDS = _FIELDS[:-1]
_MIB = 1024**2
_MIG = re.compile(r"^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)")
_GPU = re.compile(r"^GPU \d+: (.+) \(UUID: (GPU-[^)]+)\)")
_MIG_MEMORY = re.compile(r"\.(\d+)gb")
_UNKNOWN = frozenset({"", "[N/A]", "[Not Supported]", "N/A"})


def find_gpus(environment: Mapping[str, str] | None = None) -> tuple[Device, ...]:
    """Returns the GPUs that this process may use; none without a driver.

    Args:
        environment: Variables that narrow them, ``CUDA_VISIBLE_DEVICES`` among them;
            None for those of this process.
    """
    known = os.environ if environment is None else environment
    return visible(_shown(), known.get("CUDA_VISIBLE_DEVICES"))


def _shown() -> tuple[Device, ...]:
    for fields in (_FIELDS, _OLD_FIELDS):
        text = _tool(f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits")
        if text and (found := read_query(text)):
            return with_parts(found, _tool("-L") or "")
    files = sorted(_PROC.glob("*/information")) if _PROC.is_dir() else []
    return read_information([file.read_text(errors="replace") for file in files])


def _tool(*arguments: str) -> str | None:
    """Returns what nvidia-smi prints; None if there is none, or it fails."""
    path = shutil.which("nvidia-smi")
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def read_query(text: str) -> tuple[Device, ...]:
    """Reads ``nvidia-smi --query-gpu=index,uuid,name,memory.total,compute_cap``.

    Args:
        text: One line a GPU, values between commas, memory in MiB; the last value may
            be missing. Lines that are none are passed over.
    """
    found = []
    for line in text.splitlines():
        index, *values = (part.strip() for part in line.split(","))
        if not index.isdigit() or len(values) < 3:
            continue
        handle, name, memory = values[:3]
        found.append(
            Device(
                GPU,
                int(index),
                name,
                int(float(memory) * _MIB) if memory not in _UNKNOWN else None,
                _capability(values[3]) if len(values) > 3 else None,
                handle,
            )
        )
    return tuple(found)


def with_parts(found: tuple[Device, ...], text: str) -> tuple[Device, ...]:
    """Returns devices with each GPU that is cut into MIG parts replaced by its parts.

    A process can use one such part, and not the GPU that it is a part of.

    Args:
        found: The GPUs.
        text: What ``nvidia-smi -L`` prints: a line a GPU, under it one a part.
    """
    parts: dict[str, list[Device]] = {}
    whole = {device.handle: device for device in found}
    current: Device | None = None
    for line in text.splitlines():
        if gpu := _GPU.match(line):
            current = whole.get(gpu[2])
        elif (part := _MIG.match(line)) and current is not None:
            memory = _MIG_MEMORY.search(part[1])
            cut = replace(
                current,
                name=f"{current.name} MIG {part[1]}",
                memory=int(memory[1]) * 1024**3 if memory else None,
                handle=part[2],
            )
            parts.setdefault(current.handle, []).append(cut)
    each = (one for device in found for one in parts.get(device.handle, [device]))
    return tuple(replace(device, index=number) for number, device in enumerate(each))


def read_information(texts: list[str]) -> tuple[Device, ...]:
    """Reads the driver's ``/proc/driver/nvidia/gpus/*/information``, a text a GPU."""
    found = []
    for index, text in enumerate(texts):
        lines = (line.partition(":") for line in text.splitlines())
        facts = {name.strip(): value.strip() for name, _, value in lines}
        handle = facts.get("GPU UUID", "")
        handle = "" if "?" in handle else handle
        found.append(Device(GPU, index, facts.get("Model", ""), None, None, handle))
    return tuple(found)


def visible(found: tuple[Device, ...], mask: str | None) -> tuple[Device, ...]:
    """Returns the devices that ``CUDA_VISIBLE_DEVICES`` leaves, in its order.

    Args:
        found: What the driver shows.
        mask: Indices, UUIDs or their beginnings between commas, or None. As CUDA
            does, what comes after the first that does not exist is not heeded.
    """
    if mask is None:
        return found
    chosen: list[Device] = []
    for word in mask.split(","):
        name = word.strip()
        device = next((d for d in found if _is_called(d, name)), None)
        if device is None:
            break
        chosen.append(device)
    return tuple(replace(device, index=number) for number, device in enumerate(chosen))


def _is_called(device: Device, name: str) -> bool:
    if name.isdigit():
        return device.index == int(name)
    return len(name) > 4 and device.handle.startswith(name)


def _capability(text: str) -> tuple[int, int] | None:
    major, _, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None
