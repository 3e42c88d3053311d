"""Every split has each label in its share, where an example may have several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.data.splitting.parts import Parts, Shares

if TYPE_CHECKING:
    import numpy as np


def by_labels(labels: np.ndarray, shares: Shares, seed: int) -> Parts:
    """Splits examples of several labels by iterative stratification.

    The label with the fewest examples left is dealt out first, each example to
    the split that lacks it most: rare labels are placed while there is a choice.
    (Sechidis, Tsoumakas and Vlahavas, On the Stratification of Multi-Label Data,
    2011, https://doi.org/10.1007/978-3-642-23808-6_10.)

    Args:
        labels: 0 or 1, count x labels.
        shares: How much each split gets.
        seed: Decides which examples.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    has = labels > 0.5
    sizes = np.asarray(shares.counts(len(has)), np.float64)
    dealer = _Dealer(sizes, has.sum(axis=0))
    split = np.full(len(has), -1)
    order = random.permutation(len(has))
    remaining = has.sum(axis=0)
    while remaining.any():
        rarest = int(np.where(remaining > 0, remaining, len(has) + 1).argmin())
        for example in order[(split[order] < 0) & has[order, rarest]]:
            split[example] = dealer.deal(has[example], rarest)
            remaining -= has[example]
    for example in order[split[order] < 0]:  # Those without a label.
        split[example] = dealer.deal(has[example], None)
    train, validation, test = (order[split[order] == number] for number in range(3))
    return Parts(train, validation if shares.validation else None, test if shares.test else None)


class _Dealer:
    """Knows what every split lacks: examples, and examples of each label."""

    def __init__(self, sizes: np.ndarray, counts: np.ndarray) -> None:
        import numpy as np

        self._lacks = sizes.copy()
        self._lacks_label = np.outer(sizes / sizes.sum(), counts)
        self._closed = sizes == 0
        # A label that can be in every split shall be.
        enough = np.outer(~self._closed, counts >= (~self._closed).sum())
        self._lacks_label[enough] = np.maximum(self._lacks_label[enough], 1)

    def deal(self, labels: np.ndarray, label: int | None) -> int:
        """Returns the split that lacks a label most, and of those the one that lacks examples."""
        import numpy as np

        full = self._closed | (self._lacks < 0.5)
        if full.all():
            full = self._closed
        first = self._lacks if label is None else self._lacks_label[:, label]
        # What a split lacks of a label decides; ties go to the emptier split.
        key = np.where(full, -np.inf, first + 1e-9 * self._lacks)
        split = int(key.argmax())
        self._lacks[split] -= 1
        self._lacks_label[split, labels] -= 1
        return split
