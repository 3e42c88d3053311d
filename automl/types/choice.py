"""What ships."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """Which trial and recipe won, and why, in words."""

    trial: int
    recipe: str
    reason: str
