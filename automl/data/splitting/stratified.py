"""Every split has each stratum in its share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.data.splitting.parts import Parts, Shares

if TYPE_CHECKING:
    import numpy as np


def stratified(strata: np.ndarray, shares: Shares, seed: int) -> Parts:
    """Splits examples so that every split has each stratum in its share.

    Examples are in a random order within a split.

    Args:
        strata: Stratum of each example, e.g. its class; count.
        shares: How much each split gets.
        seed: Decides which examples.
    """
    import numpy as np

    rest = np.arange(len(strata))
    test = validation = None
    if shares.test:
        rest, test = _taken(rest, strata, shares.test, seed, left=shares.splits - 1)
    if shares.validation:
        rest, validation = _taken(rest, strata, shares.validation, seed, left=1)
    if shares.splits == 1:
        rest = np.random.default_rng(seed).permutation(rest)
    return Parts(rest, validation, test)


def _taken(
    positions: np.ndarray, strata: np.ndarray, share: float, seed: int, left: int
) -> tuple[np.ndarray, np.ndarray]:
    """Takes a share of every stratum out, one example if possible, and leaves `left` if possible.

    Returns:
        What is left and what is taken.
    """
    import numpy as np

    of = strata[positions]
    random = np.random.default_rng(seed)
    out = np.zeros(len(of), bool)
    for stratum in np.unique(of):
        members = random.permutation(np.flatnonzero(of == stratum))
        count = min(max(1, round(share * len(members))), len(members) - left)
        out[members[: max(0, count)]] = True
    order = random.permutation(len(of))
    held = out[order]
    return positions[order[~held]], positions[order[held]]
