"""What a person reads of one output."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """The answer to one example.

    Attributes:
        text: One line for people, e.g. ``cat 0.9312``.
        record: The same, JSON-ready, with a bit more.
    """

    text: str
    record: dict[str, Any] = field(default_factory=dict)
