"""Fewer bytes for the same outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from automl.compression.steps.base import Step


@dataclass(frozen=True)
class Pack(Step):
    """Strips what is not weights from a file: names, debug metadata, duplicates, padding.

    Not one output bit changes; `automl.export.tflite.packing` says what goes.
    """

    name: ClassVar[str] = "pack"
    stage: ClassVar[int] = 2

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return "strip what is not weights"
