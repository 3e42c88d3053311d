"""Google's TPUs as the machine shows them, read without a backend."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from automl.hardware.devices import TPU, Device

_VENDOR = "0x1ae0"
#: PCI device -> what it is, and bytes of memory of one chip.
_CHIPS = {
    "0x0027": ("TPU v2/v3", None),
    "0x005e": ("TPU v4", 32 * 1024**3),
    "0x0062": ("TPU v5p", 95 * 1024**3),
    "0x0063": ("TPU v5e", 16 * 1024**3),
    "0x006f": ("TPU v6e", 32 * 1024**3),
}


def find_tpus(
    root: Path = Path("/"), environment: Mapping[str, str] | None = None
) -> tuple[Device, ...]:
    """Returns the TPU chips of this machine.

    Args:
        root: Folder that ``sys`` and ``dev`` are in.
        environment: Variables that name a TPU elsewhere; None for this process's.
    """
    known = os.environ if environment is None else environment
    found: list[tuple[str, int | None]] = [
        chip
        for folder in sorted(root.glob("sys/bus/pci/devices/*"))
        if _read(folder / "vendor") == _VENDOR and (chip := _CHIPS.get(_read(folder / "device")))
    ]
    if not found:
        nodes = sorted(root.glob("dev/accel[0-9]*"))
        found = [("TPU", None)] * len(nodes)
    if not found and known.get("TPU_NAME"):
        found = [(f"TPU {known['TPU_NAME']}", None)]
    return tuple(Device(TPU, number, *chip) for number, chip in enumerate(found))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
