"""Which channels matter least, and how many of them must leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.compression.steps.channels.rules import Rules
from automl.errors import CompressionError

if TYPE_CHECKING:
    import numpy as np

#: Share of what may be left that blocks have to leave; finer ones cut less too much.
_ENOUGH = 0.85


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


def choose(rules: Rules, share: float, criterion: str, keep: float, multiple: int = 1) -> set[int]:
    """Returns the roots of channels to remove.

    The least important leave first, whatever layer they are in, but of every
    group some stay. Runtimes compute channels in blocks, so that 17 of them cost
    as much as 24: a block leaves at once, as important as its channels on average.

    Args:
        rules: What `follow_channels` returned.
        share: Multiplications that are left, over those of now; in (0, 1).
        criterion: As of `free_channels`.
        keep: Share of each group that stays, at least one channel.
        multiple: What the number of channels that stay is to be a multiple of;
            halved where groups are too small for it, or blocks too coarse for the share.

    Raises:
        CompressionError: If too little can be removed; the layers that cannot be
            cut are named.
    """
    channels = free_channels(rules, criterion)
    cost = Cost(rules)
    goal = share * cost.count(set())
    while True:
        blocks = _blocks(channels, keep, multiple)
        removed = _least_important(blocks, cost, goal)
        left = cost.count(removed)
        if multiple == 1 or _ENOUGH * goal <= left <= goal:
            break
        multiple //= 2
    if left > goal:
        raise CompressionError(
            f"channels: {left * share / max(1, goal):.0%} of the multiplications are in"
            f" channels that have to stay, so {share:.0%} cannot be reached."
            f" What cannot be cut: {blocked(rules)}."
        )
    return removed


#: A group, and channels of it that leave together.
Block = tuple[tuple[str, ...], set[int]]


def _blocks(channels: list[Channel], keep: float, multiple: int) -> list[Block]:
    """Returns groups and channels of them that leave together, the least important first."""
    groups: dict[tuple[str, ...], list[Channel]] = {}
    for channel in channels:
        groups.setdefault(channel.group, []).append(channel)
    found = []
    for group, members in groups.items():
        step = multiple
        while step > 1 and len(members) < 2 * step:
            step //= 2
        most = len(members) - max(1, -int(-len(members) * keep // 1))
        begin, end = 0, len(members) % step or step
        while end <= most:
            block = members[begin:end]
            mean = sum(each.importance for each in block) / len(block)
            found.append((mean, block[0].root, group, {each.root for each in block}))
            begin, end = end, end + step
    return [(group, roots) for _, _, group, roots in sorted(found, key=lambda each: each[:2])]


def _all(blocks: list[Block]) -> set[int]:
    return {root for _, roots in blocks for root in roots}


def _least_important(blocks: list[Block], cost: Cost, goal: float) -> set[int]:
    """Returns the channels of the first blocks that have to leave for a goal.

    Of those, the most important are put back as far as the goal lets them.
    """
    low, high = 0, len(blocks)
    while low < high:
        middle = (low + high) // 2
        if cost.count(_all(blocks[:middle])) <= goal:
            high = middle
        else:
            low = middle + 1
    removed = _all(blocks[:low])
    ended: set[tuple[str, ...]] = set()
    for group, roots in reversed(blocks[:low]):
        if group not in ended and cost.count(removed - roots) <= goal:
            removed -= roots
        else:
            ended.add(group)
    return removed


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
