"""What cannot be shipped where, and why: choices that a target leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.narrowing import last_part

#: What a file can be asked to be: a format, or full int8 in any format.
TARGETS = ("tflite", "tfjs", "int8")


@dataclass(frozen=True)
class Limit:
    """Something a target cannot hold, or only badly.

    Attributes:
        target: One of `TARGETS`.
        reason: Why, in one line for the user, measured where it can be.
        name: Hyperparameter, by its full name or its last part; ``""`` for
            everything the space can build.
        options: Its options that are left out.
    """

    target: str
    reason: str
    name: str = ""
    options: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise ValueError(f"A target is one of {TARGETS}. Received: target={self.target!r}")
        if bool(self.name) != bool(self.options):
            raise ValueError(
                "A limit names a hyperparameter and its options, or neither. Received:"
                f" name={self.name!r}, options={self.options}"
            )

    def speaks_of(self, full_name: str) -> bool:
        """Returns whether the limit is about the hyperparameter `full_name`."""
        return bool(self.name) and self.name in (full_name, last_part(full_name))


@dataclass(frozen=True)
class LeftOut:
    """One option that a target left out of a space.

    Attributes:
        name: Full name of the hyperparameter, ``""`` for the whole space.
        option: The option.
        target: The target that cannot hold it.
        reason: Why.
    """

    name: str
    option: Any
    target: str
    reason: str
