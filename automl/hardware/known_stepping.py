"""What the first trials of a run found out about steps, for the later ones to follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automl.hardware.devices import CPU
from automl.hardware.keeping import FACT
from automl.hardware.stepping import Stepping, kind_of

if TYPE_CHECKING:
    from automl.records.store import RunStore

#: Fact of a run: accelerator -> kind of model -> a `Stepping`.
STEPPING = "stepping"


class KnownStepping:
    """Remembers a run's decisions, in its records.

    Only accelerators are measured. On the CPU the way of stepping is a rule, so that
    the same seed and data give the same scores however busy the machine is: XLA sums in
    another order.

    Args:
        store: The run's records.
    """

    def __init__(self, store: RunStore) -> None:
        self._store = store
        devices = store.fact(FACT) or {}
        self._accelerator = devices.get("accelerator", CPU)

    def args(self, space: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns arguments of a training: what is known of its kind, or that it finds out."""
        if self._accelerator == CPU:
            return {}
        found = self._known().get(kind_of(space, values))
        return {"measure": True} if found is None else {"stepping": found}

    def learn(self, result: Mapping[str, Any]) -> str:
        """Keeps what a training found out; returns a line on it, empty if nothing is new."""
        record = result.get("stepping")
        if not record or record["kind"] in self._known():
            return ""  # Several begin at once: the first to end decides.
        every = self._store.fact(STEPPING) or {}
        every.setdefault(self._accelerator, {})[record["kind"]] = record
        self._store.set_fact(STEPPING, every)
        return Stepping.from_dict(record).note

    def _known(self) -> dict[str, Any]:
        known: dict[str, Any] = (self._store.fact(STEPPING) or {}).get(self._accelerator, {})
        return known
