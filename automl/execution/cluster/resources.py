"""What one trial takes of a cluster: CPUs, GPUs, or shares of them, and whatever else is named."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl.errors import UserInputError

#: Our names of what Ray has names of its own for.
CPU, GPU, MEMORY = "cpu", "gpu", "memory"
_RAY_NAMES = {CPU: "CPU", GPU: "GPU", MEMORY: "memory"}
_NAME = re.compile(r"[A-Za-z_][\w.:/-]*")
#: Ray counts in ten thousandths: less than that is nothing.
_LEAST = 1e-4
#: Sums of shares may miss a whole by rounding alone.
_SLACK = 1e-6


@dataclass(frozen=True)
class Resources:
    """The resources of one worker that trains.

    Attributes:
        cpu: CPUs, as Ray counts them; its threads are as many.
        gpu: GPUs; of less than one, several workers share a device and its memory.
        memory: Bytes that are set aside; 0 to ask for none.
        custom: Amounts of resources that nodes were started with, by name.
    """

    cpu: float = 1.0
    gpu: float = 0.0
    memory: float = 0.0
    custom: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        amounts = {CPU: self.cpu, GPU: self.gpu, MEMORY: self.memory, **self.custom}
        for name, amount in amounts.items():
            if not math.isfinite(amount) or amount < 0 or 0 < amount < _LEAST:
                raise _wrong(f"{name}={amount:g}")
        if self.gpu > 1 and not self.gpu.is_integer():
            raise UserInputError(
                "--ray-resources gives a trial whole GPUs or a share of one."
                f" Received: gpu={self.gpu:g}. Give gpu={math.floor(self.gpu)}."
            )
        if not any(amounts.values()):
            raise _wrong("nothing of anything")

    @property
    def threads(self) -> int:
        """Threads of one worker."""
        return max(1, math.floor(self.cpu))

    @property
    def options(self) -> dict[str, Any]:
        """What Ray is asked for."""
        asked: dict[str, Any] = {"num_cpus": self.cpu, "num_gpus": self.gpu}
        if self.memory:
            asked["memory"] = self.memory
        return asked | {"resources": dict(self.custom)}

    def fit(self, node: Mapping[str, float]) -> int:
        """Returns how many workers fit on a node.

        Args:
            node: All resources of the node, as `ray.nodes` names them.
        """
        asked = {CPU: self.cpu, GPU: self.gpu, MEMORY: self.memory, **self.custom}
        return min(
            math.floor(node.get(_RAY_NAMES.get(name, name), 0.0) / amount + _SLACK)
            for name, amount in asked.items()
            if amount
        )

    def __str__(self) -> str:
        asked = {CPU: self.cpu, GPU: self.gpu, MEMORY: self.memory, **self.custom}
        return ",".join(f"{name}={amount:g}" for name, amount in asked.items() if amount)


def read_resources(text: str) -> Resources:
    """Reads resources as they are given: ``cpu=1,gpu=0.25,my_thing=1``.

    Raises:
        UserInputError: If it is something else.
    """
    amounts: dict[str, float] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, amount = (each.strip() for each in part.partition("="))
        if not _NAME.fullmatch(name) or name in amounts:
            raise _wrong(part)
        try:
            amounts[name] = _amount(name, amount)
        except (ValueError, UserInputError) as error:
            raise _wrong(part) from error
    known = {name: amounts.pop(name) for name in (CPU, GPU, MEMORY) if name in amounts}
    return Resources(**known, custom=amounts)


def _amount(name: str, text: str) -> float:
    if name == MEMORY:
        from automl.units import parse_size

        return float(parse_size(text, MEMORY))
    return float(text)


def _wrong(part: str) -> UserInputError:
    return UserInputError(
        "--ray-resources says what one trial takes, e.g. cpu=1,gpu=0.25 or cpu=2,memory=4GB,"
        f"my_thing=1. Received: {part!r}."
    )
