"""Which channels of a model belong together, so that they can only be removed together.

Every tensor's last axis is labelled, channel by channel. A layer with a kernel
makes new labels; what works on single channels passes them on; a sum joins the
labels of its operands; what mixes or moves channels in ways that are not followed
locks them. Labels joined to one another are one channel of the model: it leaves
all kernels at once, or none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


class Channels:
    """Labels that can be joined and locked."""

    def __init__(self) -> None:
        self._parent: list[int] = []
        self._locked: dict[int, str] = {}

    def new(self, count: int) -> np.ndarray:
        """Returns labels of so many new channels."""
        import numpy as np

        first = len(self._parent)
        self._parent.extend(range(first, first + count))
        return np.arange(first, first + count)

    def root(self, label: int) -> int:
        """Returns the label that stands for all that were joined with this one."""
        top = label
        while self._parent[top] != top:
            top = self._parent[top]
        while self._parent[label] != top:
            self._parent[label], label = top, self._parent[label]
        return top

    def roots(self, labels: np.ndarray) -> np.ndarray:
        """Returns the root of each label."""
        import numpy as np

        return np.array([self.root(int(label)) for label in labels], dtype=np.int64)

    def join(self, first: Iterable[int], second: Iterable[int]) -> None:
        """Makes one channel of each pair."""
        for one, other in zip(first, second, strict=True):
            top, below = self.root(int(one)), self.root(int(other))
            if top != below:
                self._parent[below] = top
                reason = self._locked.pop(below, None)
                if reason is not None:
                    self._locked.setdefault(top, reason)

    def lock(self, labels: Iterable[int], reason: str) -> None:
        """Says that channels must stay, and why."""
        for label in labels:
            self._locked.setdefault(self.root(int(label)), reason)

    def why_locked(self, label: int) -> str | None:
        """Returns why a channel must stay; None if it need not."""
        return self._locked.get(self.root(label))


def width_of(tensor: Any) -> int:
    """Returns the length of a tensor's last axis; 1 where it has none or it is not known."""
    return int(tensor.shape[-1] or 1) if len(tensor.shape) else 1
