"""Whole groups go to one split: a speaker, a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.data.splitting.parts import Parts, Shares
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np


def by_group(groups: np.ndarray, strata: np.ndarray, shares: Shares, seed: int) -> Parts:
    """Deals out whole groups so that sizes and strata come near the shares.

    The groups whose strata are most uneven are placed first, each in the split
    where it brings the numbers nearest to what they should be; that is how
    scikit-learn's ``StratifiedGroupKFold`` makes folds of equal size.

    Args:
        groups: A value for each example, count.
        strata: Stratum of each example, count, or 0 and 1 for each of several
            labels, count x labels.
        shares: How much each split gets.
        seed: Decides between groups that are alike.

    Raises:
        UserInputError: If there are fewer groups than splits.
    """
    import numpy as np

    names, group_of = np.unique(groups, return_inverse=True)
    if len(names) < shares.splits:
        raise UserInputError(
            f"A split by group needs at least {shares.splits} groups, one for each split."
            f" Received: {len(names)}. Leave --group out, or give test data of its own."
        )
    held = _counts(group_of, strata, len(names))
    random = np.random.default_rng(seed)
    order = random.permutation(len(names))
    order = order[np.argsort(-held[order].std(axis=1), kind="stable")]
    wanted = np.outer(np.asarray(shares.counts(len(groups))) / len(groups), held.sum(axis=0))
    split_of = _dealt(held, order, wanted, open_splits(shares))
    splits = split_of[group_of]
    shuffled = random.permutation(len(groups))
    train, validation, test = (shuffled[splits[shuffled] == number] for number in range(3))
    found = np.bincount(split_of, minlength=3)
    shown = ", ".join(
        f"{found[number]} {name}"
        for number, name in enumerate(("train", "validate", "test"))
        if number in open_splits(shares)
    )
    return Parts(
        train,
        validation if shares.validation else None,
        test if shares.test else None,
        (f"Split by group, of {len(names):,} groups: {shown}.",) if shares.splits > 1 else (),
    )


def open_splits(shares: Shares) -> tuple[int, ...]:
    """Returns the numbers of the splits that get something: 0 train, 1 validation, 2 test."""
    return tuple(
        number for number, share in enumerate((1.0, shares.validation, shares.test)) if share
    )


def _counts(group_of: np.ndarray, strata: np.ndarray, groups: int) -> np.ndarray:
    """Returns how many examples of each stratum each group has, and how many at all."""
    import numpy as np

    several = strata.ndim > 1
    kinds = strata.shape[1] if several else int(strata.max()) + 1
    held = np.zeros((groups, kinds + 1))
    if several:
        np.add.at(held[:, :-1], group_of, strata)
    else:
        np.add.at(held, (group_of, strata), 1)
    held[:, -1] = np.bincount(group_of, minlength=groups)
    return held


def _dealt(
    held: np.ndarray, order: np.ndarray, wanted: np.ndarray, splits: tuple[int, ...]
) -> np.ndarray:
    """Returns the split of each group; every one of `splits` gets one."""
    import numpy as np

    have, groups = np.zeros_like(wanted), np.zeros(len(wanted), int)
    dealt = np.zeros(len(held), np.int64)
    scale = np.maximum(held.sum(axis=0), 1)
    for left, group in zip(range(len(order), 0, -1), order, strict=True):
        empty = [split for split in splits if not groups[split]]
        # The last groups fill what is still empty.
        choice = empty if len(empty) >= left else list(splits)
        before = ((have[choice] - wanted[choice]) / scale) ** 2
        after = ((have[choice] + held[group] - wanted[choice]) / scale) ** 2
        best = choice[int((after - before).sum(axis=1).argmin())]
        dealt[group] = best
        have[best] += held[group]
        groups[best] += 1
    return dealt
