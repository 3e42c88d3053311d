"""Earlier examples train, later ones validate, the latest test."""

from __future__ import annotations

from automl.data.splitting.parts import Parts, Shares
from automl.errors import UserInputError


def by_time(count: int, shares: Shares, overlap: int = 0) -> Parts:
    """Cuts examples that are in the order of time.

    Args:
        count: Number of examples.
        shares: How much each split gets.
        overlap: Examples that are left out at each cut, because they share data
            with those before it.

    Raises:
        UserInputError: If there are too few examples.
    """
    import numpy as np

    cuts = shares.splits - 1
    usable = count - cuts * overlap
    if usable < shares.splits:
        shared = f" and {cuts * overlap} that overlap between them" if cuts * overlap else ""
        advice = " Shorten --lookback or --horizon, or add data." if overlap else " Add data."
        raise UserInputError(
            f"A split by time needs at least one example for each of {shares.splits} splits"
            f"{shared}. Received: {count} examples.{advice}"
        )
    train, validation, test = shares.counts(usable)
    begin = train + overlap
    notes = ["The splits follow each other in time: train, then validation, then test."]
    if cuts * overlap:
        notes.append(
            f"{cuts * overlap} of {count:,} examples are in no split: they share data with the"
            " split before."
        )
    return Parts(
        train=np.arange(train),
        validation=np.arange(begin, begin + validation) if shares.validation else None,
        test=np.arange(count - test, count) if shares.test else None,
        notes=tuple(notes) if cuts else (),
    )
