"""Picks the way to split, refuses what cannot be split, and says what a split lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from automl.data.base import RawData, Target
from automl.data.splitting.by_group import by_group
from automl.data.splitting.by_labels import by_labels
from automl.data.splitting.by_time import by_time
from automl.data.splitting.parts import Parts, Shares
from automl.data.splitting.strata import strata_of
from automl.data.splitting.stratified import stratified
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Classes that are too rare for every split are left to training while their examples are at
#: most this share of all; more of them would make the figures of validation and test mean little.
MOST_RARE = 0.05
#: Names shown in a note or an error before the rest is counted.
SHOWN = 5
#: The task that may learn from examples of a single class: what is normal.
ANOMALY = "anomaly"


def plan(raw: RawData, shares: Shares, seed: int, task: str = "") -> Parts:
    """Splits what a source delivered, by what is known of it.

    By time where examples are in its order, by group where there are groups,
    else stratified by what is to be learned.

    Args:
        raw: The examples. Splits that came with them are left as they are.
        shares: How much each split gets.
        seed: Decides which examples.
        task: What is asked of the data, if that is known.

    Raises:
        UserInputError: If there are too few examples, classes or groups.
    """
    _check_counts(raw, shares)
    if raw.target.kind == "class" and task != ANOMALY:
        _check_classes(raw, shares)
    parts = _parts(raw, shares, seed)
    if raw.target.kind == "class" and task != ANOMALY:
        _check_training(raw, parts)
    return parts


def _parts(raw: RawData, shares: Shares, seed: int) -> Parts:
    if raw.ordered:
        return by_time(len(raw.y), shares, raw.overlap)
    strata = raw.y if raw.target.kind == "labels" else strata_of(raw.y, raw.target)
    if raw.groups is not None:
        return by_group(raw.groups, strata, shares, seed)
    if raw.target.kind == "labels":
        return by_labels(raw.y, shares, seed)
    return stratified(strata, shares, seed)


def _check_counts(raw: RawData, shares: Shares) -> None:
    if len(raw.x) != len(raw.y):
        raise UserInputError(
            f"There must be one label for each example. Received: {len(raw.x):,} examples,"
            f" {len(raw.y):,} labels."
        )
    if len(raw.y) < shares.splits:
        raise UserInputError(
            f"At least {shares.splits} examples are needed, one for each split."
            f" Received: {len(raw.y)}. Add examples."
        )
    for name, given in (("validation", raw.validation), ("test", raw.test)):
        if given is not None and not len(given[1]):
            raise UserInputError(
                f"The {name} data must hold examples. Received: none. Add some or leave it out."
            )
    if raw.groups is not None and raw.ordered:
        raise UserInputError(
            "Examples are split by group or by time, not by both."
            " Leave out --group or --time-column."
        )


def _check_classes(raw: RawData, shares: Shares) -> None:
    """Refuses data with too few classes, or too many examples of classes that are too rare."""
    import numpy as np

    names = raw.class_names
    if len(names) < 2:
        raise UserInputError(
            "Classification needs at least 2 classes. Received: "
            + (f"1, {names[0]!r}." if names else "0.")
        )
    counts = np.bincount(raw.y, minlength=len(names))
    _check_given_classes(raw, counts)
    # Groups and time decide for themselves which classes a split gets.
    needed = 1 if raw.ordered or raw.groups is not None else shares.splits
    rare = counts < needed
    if (~rare).sum() >= 2 and counts[rare].sum() <= MOST_RARE * len(raw.y):
        return
    found = shown(
        f"{count} of class {name!r}"
        for name, count, few in zip(names, counts, rare, strict=True)
        if few
    )
    examples = "1 example" if needed == 1 else f"{needed} examples, one for each split"
    raise UserInputError(
        f"Every class needs at least {examples}. Received: {found}."
        f" Add examples or remove the class{'es' if rare.sum() > 1 else ''}."
    )


def _check_given_classes(raw: RawData, counts: np.ndarray) -> None:
    """Refuses classes of which a given split holds examples and the rest none."""
    import numpy as np

    for split, given in (("validation", raw.validation), ("test", raw.test)):
        if given is None:
            continue
        here = np.bincount(given[1], minlength=len(counts))
        unlearned = [
            f"{name!r} ({count:,} in the {split} split)"
            for name, count, trained in zip(raw.class_names, here, counts, strict=True)
            if count and not trained
        ]
        if unlearned:
            raise UserInputError(
                f"Every class needs training examples. Received: none of {shown(unlearned)}."
                f" Mend its name, add training examples or take it out of the {split} split."
            )


def _check_training(raw: RawData, parts: Parts) -> None:
    import numpy as np

    found = np.unique(raw.y[parts.train])
    if len(found) < 2:
        how = "time" if raw.ordered else "group"
        raise UserInputError(
            f"Training needs examples of at least 2 classes. Received: after a split by {how},"
            f" only {raw.class_names[int(found[0])]!r}. Split another way or add data."
        )


def what_splits_lack(
    labels: Mapping[str, np.ndarray], target: Target, task: str = ""
) -> tuple[str, ...]:
    """Returns a note for each split in which a class or label does not occur.

    Args:
        labels: Split -> labels of its examples.
        target: What they are.
        task: What is asked of the data, if that is known.
    """
    import numpy as np

    if target.kind not in ("class", "labels") or task == ANOMALY:
        return ()
    several = target.kind == "labels"
    counts = {
        split: y.sum(axis=0) if several else np.bincount(y, minlength=len(target.names))
        for split, y in labels.items()
    }
    total = np.sum(list(counts.values()), axis=0)
    word = "label" if several else "class"
    notes = []
    nowhere = [name for name, count in zip(target.names, total, strict=True) if not count]
    if nowhere:
        which = shown(map(repr, nowhere))
        notes.append(f"No example of {word} {which}: a model cannot learn it.")
    for split, found in counts.items():
        missing = [
            f"{name!r} ({int(every)} in all)"
            for name, here, every in zip(target.names, found, total, strict=True)
            if every and not here
        ]
        if missing:
            effect = "it is not learned" if split == "train" else "it is not judged there"
            notes.append(f"No {split} example of {word} {shown(missing)}: {effect}.")
    return tuple(notes)


def shown(words: Iterable[str]) -> str:
    """Returns a few words joined by commas, and how many more there are."""
    every = list(words)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more
