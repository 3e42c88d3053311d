"""Records of a machine: its cores, its accelerators, what backends can use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from automl.units import format_size

CPU, GPU, TPU = "cpu", "gpu", "tpu"
#: Kinds of accelerators, the preferred one first.
ACCELERATORS = (TPU, GPU)


@dataclass(frozen=True)
class Device:
    """One accelerator.

    Attributes:
        kind: One of `ACCELERATORS`.
        index: Its number among those of its kind, from 0.
        name: What its maker calls it.
        memory: Bytes of memory; None if not known.
        capability: CUDA compute capability, major and minor; None if it has none,
            or it is not known.
        handle: What ``CUDA_VISIBLE_DEVICES`` calls it; empty for its index.
    """

    kind: str
    index: int
    name: str = ""
    memory: int | None = None
    capability: tuple[int, int] | None = None
    handle: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ACCELERATORS or self.index < 0:
            raise ValueError(
                f"A device has a kind of {ACCELERATORS} and an index from 0. Received: {self}."
            )

    def __str__(self) -> str:
        parts = [self.name or self.kind.upper()]
        if self.memory is not None:
            parts.append(format_size(self.memory))
        if self.capability is not None:
            parts.append("compute capability {}.{}".format(*self.capability))
        return ", ".join(parts)


@dataclass(frozen=True)
class BackendDevices:
    """What a backend said, asked in a process of its own.

    Attributes:
        backend: Its Keras name.
        version: Of its package; empty if it is not installed.
        devices: Accelerators that it can use.
        problem: Why it cannot be used at all; empty if it can.
    """

    backend: str
    version: str = ""
    devices: tuple[Device, ...] = ()
    problem: str = ""

    def of_kind(self, kind: str) -> tuple[Device, ...]:
        """Returns its accelerators of a kind."""
        return tuple(device for device in self.devices if device.kind == kind)


@dataclass(frozen=True)
class Hardware:
    """One machine, as this process may use it.

    Attributes:
        cores: CPU cores' worth of time, at least 1: those that it may run on, or
            fewer by the quota of its container.
        core_numbers: Numbers of the cores that it may run on; empty if not known.
        processor: Name of the CPU.
        features: Names of the CPU's number formats that matter to training:
            ``"bfloat16"``, ``"float16"``.
        devices: Accelerators that the drivers show.
        asked: What backends said of them, of those that were asked.
    """

    cores: int
    core_numbers: tuple[int, ...] = ()
    processor: str = ""
    features: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    asked: tuple[BackendDevices, ...] = ()

    def __post_init__(self) -> None:
        if self.cores < 1:
            raise ValueError(f"A machine has at least one core. Received: {self.cores}.")

    def of_kind(self, kind: str) -> tuple[Device, ...]:
        """Returns the accelerators of a kind that the drivers show."""
        return tuple(device for device in self.devices if device.kind == kind)

    def answer_of(self, backend: str) -> BackendDevices | None:
        """Returns what a backend said; None if it was not asked."""
        return next((each for each in self.asked if each.backend == backend), None)

    def usable(self, backend: str, kind: str) -> tuple[Device, ...]:
        """Returns the accelerators of a kind that a backend can use.

        What the driver knows of them is more than what a backend tells; as many
        count as both have.
        """
        answer = self.answer_of(backend)
        if answer is None:
            return ()
        shown, told = self.of_kind(kind), answer.of_kind(kind)
        return shown[: len(told)] if len(shown) >= len(told) else told

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Hardware:
        """Builds the record that `to_dict` wrote."""
        asked = tuple(
            BackendDevices(**{**each, "devices": _devices(each["devices"])})
            for each in record.get("asked", ())
        )
        return cls(
            record["cores"],
            tuple(record.get("core_numbers", ())),
            record.get("processor", ""),
            tuple(record.get("features", ())),
            _devices(record.get("devices", ())),
            asked,
        )


def listed(devices: tuple[Device, ...]) -> str:
    """Returns devices in words, alike ones counted: ``2 x NVIDIA H200, 150.8 GB``."""
    counts: dict[str, int] = {}
    for device in devices:
        counts[str(device)] = counts.get(str(device), 0) + 1
    return "; ".join(f"{n} x {text}" if n > 1 else text for text, n in counts.items())


def _devices(records: Any) -> tuple[Device, ...]:
    return tuple(
        Device(
            **{
                **each,
                "capability": tuple(each["capability"]) if each.get("capability") else None,
            }
        )
        for each in records
    )
