"""Which channels matter least, and how many of them must leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.compression.steps.channel_rules import Rules
from automl.errors import CompressionError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Channel:
    """A channel that may leave.

    Attributes:
        root: The label that stands for it.
        group: Names of the weights that make it; channels of one group are alike.
        importance: Its weights' size over the mean of its group.
    """

    root: int
    group: tuple[str, ...]
    importance: float


def free_channels(rules: Rules, criterion: str) -> list[Channel]:
    """Returns the channels that may leave, the least important first.

    A channel counts by the weights that make it: for ``"l1"`` by the sum of their
    magnitudes (Li et al., 2017, https://arxiv.org/abs/1608.08710), for
    ``"batch_norm"`` by the magnitude of its scale (Liu et al., 2017,
    https://arxiv.org/abs/1708.06519) where there is one, for ``"both"`` by the
    product. Each is taken over its mean in the kernel, so that layers compare.

    Args:
        rules: What `follow_channels` returned.
        criterion: One of ``"l1"``, ``"batch_norm"``, ``"both"``.
    """
    sizes: dict[int, list[float]] = {}
    scales: dict[int, list[float]] = {}
    makers: dict[int, set[str]] = {}
    for variable, axes in rules.weights.values():
        made = axes[-1]
        name = str(variable.name)
        if made is None or name in ("bias", "beta", "moving_mean", "moving_variance", "alpha"):
            continue
        relative = _relative(variable, axes)
        into = scales if name == "gamma" else sizes
        for root, value in zip(rules.channels.roots(made).tolist(), relative, strict=True):
            into.setdefault(root, []).append(float(value))
            if into is sizes and name != "scale":
                makers.setdefault(root, set()).add(str(variable.path))
    found = []
    for root, names in makers.items():
        if rules.channels.why_locked(root) is not None:
            continue
        l1, scale = _mean(sizes[root]), _mean(scales.get(root, []))
        importance = {"l1": l1, "batch_norm": scale if root in scales else l1, "both": l1 * scale}
        found.append(Channel(root, tuple(sorted(names)), importance[criterion]))
    return sorted(found, key=lambda channel: (channel.importance, channel.root))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 1.0


def _relative(variable: Any, axes: tuple[Any, ...]) -> np.ndarray:
    """Returns the mean magnitude of each output channel over that of all."""
    import keras
    import numpy as np

    values = np.abs(keras.ops.convert_to_numpy(variable))
    by_channel = values.mean(axis=tuple(range(values.ndim - 1)))
    return np.asarray(by_channel / max(float(by_channel.mean()), 1e-12))


class Cost:
    """Counts multiplications of kernels as channels leave."""

    def __init__(self, rules: Rules) -> None:
        self._kernels: list[tuple[int, list[Any], int]] = []
        for key, times in rules.costs:
            variable, axes = rules.weights[key]
            fixed = times
            labelled = []
            for size, labels in zip(variable.shape, axes, strict=True):
                if labels is None:
                    fixed *= int(size)
                else:
                    labelled.append(rules.channels.roots(labels))
            self._kernels.append((fixed, labelled, key))

    def count(self, removed: set[int]) -> int:
        """Returns the multiplications of one example without some channels."""
        import numpy as np

        gone = np.fromiter(removed, dtype=np.int64, count=len(removed))
        total = 0
        for fixed, labelled, _ in self._kernels:
            product = fixed
            for roots in labelled:
                product *= int((~np.isin(roots, gone)).sum())
            total += product
        return total


def choose(rules: Rules, share: float, criterion: str, keep: float) -> set[int]:
    """Returns the roots of channels to remove.

    The least important leave first, whatever layer they are in, but of every
    group some stay.

    Args:
        rules: What `follow_channels` returned.
        share: Multiplications that are left, over those of now; in (0, 1).
        criterion: As of `free_channels`.
        keep: Share of each group that stays, at least one channel.

    Raises:
        CompressionError: If too little can be removed; the layers that cannot be
            cut are named.
    """
    channels = free_channels(rules, criterion)
    allowed: dict[tuple[str, ...], int] = {}
    for channel in channels:
        allowed[channel.group] = allowed.get(channel.group, 0) + 1
    allowed = {group: count - max(1, -int(-count * keep // 1)) for group, count in allowed.items()}
    order = []
    for channel in channels:
        if allowed[channel.group] > 0:
            allowed[channel.group] -= 1
            order.append(channel.root)
    cost = Cost(rules)
    goal = share * cost.count(set())
    least = cost.count(set(order))
    if least > goal:
        raise CompressionError(
            f"channels: {least / max(1, cost.count(set())):.0%} of the multiplications are in"
            f" channels that have to stay, so {share:.0%} cannot be reached."
            f" What cannot be cut: {blocked(rules)}."
        )
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if cost.count(set(order[:middle])) <= goal:
            high = middle
        else:
            low = middle + 1
    return set(order[:low])


def blocked(rules: Rules) -> str:
    """Returns the reasons why channels have to stay, each once, with how many they are."""
    counts: dict[str, int] = {}
    seen: set[int] = set()
    for _, axes in rules.weights.values():
        for labels in axes:
            for root in [] if labels is None else rules.channels.roots(labels).tolist():
                reason = rules.channels.why_locked(root)
                if root not in seen and reason is not None:
                    counts[reason] = counts.get(reason, 0) + 1
                seen.add(root)
    ranked = sorted(counts.items(), key=lambda each: -each[1])
    return "; ".join(f"{reason} ({count})" for reason, count in ranked) or "nothing"
