"""Lengths of kernels, by what they slide over."""

from __future__ import annotations

from typing import Any

from search_spaces.blocks.base import choose_kernel

#: Steps cost a ninth of what pixels do, and rhythms are longer than edges.
_KERNELS = {1: (3, 5, 9), 2: (3, 5)}


def choose_reach(hp: Any, size: tuple[int, ...]) -> int:
    """Chooses a kernel's length on each axis, as is usual for sequences or for images."""
    return choose_kernel(hp, size, _KERNELS[len(size)])
