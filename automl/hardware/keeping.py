"""Writes what a run trains on into its records, and says it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from automl.hardware.choosing import ChosenDevices
from automl.hardware.precision import FLOAT32

if TYPE_CHECKING:
    from automl.records.store import RunStore

FACT = "devices"


def kept_precision(store: RunStore) -> str:
    """Returns the precision that a run was begun with; float32 for runs that do not say."""
    return str((store.fact(FACT) or {}).get("precision", FLOAT32))


def keep_devices(store: RunStore, chosen: ChosenDevices, say: Callable[[str], None]) -> None:
    """Records the devices of a run; one that goes on keeps the precision that it began with.

    Scores of two precisions are not compared, and a paused training goes on exactly
    only in its own.

    Args:
        store: The run's records.
        chosen: What this command found.
        say: Hears of it, once a command; the report has it from the records.
    """
    known = store.fact(FACT)
    if known is not None:
        chosen = replace(chosen, precision=known["precision"])
    store.set_fact(FACT, chosen.to_dict())
    say(chosen.note)
    if chosen.note not in store.notes():
        store.add_note(chosen.note)
