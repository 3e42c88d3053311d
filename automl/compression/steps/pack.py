"""Fewer bytes for the same outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from automl.compression.steps.base import Step
from automl.errors import UserInputError


@dataclass(frozen=True)
class Pack(Step):
    """Strips what is not weights from a file: names, debug metadata, duplicates, padding.

    Not one output bit changes; `automl.export.tflite.packing` says what goes.

    Attributes:
        metadata: Whether a ``.tflite`` file says of itself what the tools of Android
            and MediaPipe read: what is fed, and the names of classes. It is 0.5 kB
            and the names, which counts where a file is 5 kB.
    """

    name: ClassVar[str] = "pack"
    stage: ClassVar[int] = 2

    metadata: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.metadata, bool):
            raise UserInputError(
                f"pack: metadata is true or false. Received: metadata={self.metadata!r}."
            )

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return "strip what is not weights" + ("" if self.metadata else ", metadata too")
