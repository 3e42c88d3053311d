"""Examples that occur more than once: across splits, or with different labels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.data.base import Examples, Target
from automl.data.storage import chunks
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Where a smaller share of the training examples is distinct, repetition is the nature of the
#: data (a table of a few categories), not copying: removing would leave nothing to learn from.
LEAST_DISTINCT = 0.5


@dataclass(frozen=True, eq=False)
class Duplicates:
    """What was found.

    Attributes:
        removed: Which training examples are to be left out, count.
        notes: What a person should know of it.
    """

    removed: np.ndarray
    notes: tuple[str, ...]


def find_duplicates(
    splits: Mapping[str, tuple[Examples, np.ndarray]], target: Target
) -> Duplicates:
    """Finds exact copies of examples by hash.

    Training examples that are in another split too are to be removed; the
    other splits stay as they are.

    Args:
        splits: Split -> (raw examples, labels); ``"train"`` is one.
        target: What the labels are.

    Raises:
        UserInputError: If every training example is in another split too.
    """
    import numpy as np

    common = np.result_type(*(x.dtype for x, _ in splits.values()))
    hashes = {name: _hashes(x, common) for name, (x, _) in splits.items()}
    train = hashes["train"]
    notes, removed = [], np.zeros(len(train), bool)
    for name in hashes:
        if name != "train":
            removed |= np.isin(train, hashes[name])
    where = [
        f"{_are(count)} also in the {name} split"
        for name in hashes
        if name != "train" and (count := int(np.isin(train, hashes[name]).sum()))
    ]
    if where:
        text = f"Of {len(train):,} training examples, {' and '.join(where)}"
        removed, text = _spared(removed, train, splits["train"][1], target, text)
        notes.append(text)
    if {"validation", "test"} <= hashes.keys():
        both = int(np.isin(hashes["validation"], hashes["test"]).sum())
        if both:
            notes.append(
                f"Of {len(hashes['validation']):,} validation examples, {_are(both)} also in the"
                " test split: left there."
            )
    contradictions = _contradictions(
        np.concatenate(list(hashes.values())),
        np.concatenate([y for _, y in splits.values()]),
        target,
    )
    if contradictions:
        word = "classes" if target.kind == "class" else "labels"
        notes.append(
            f"{contradictions:,} different example{'s occur' if contradictions > 1 else ' occurs'}"
            f" several times with different {word}: no model can be right on all of them."
        )
    return Duplicates(removed, tuple(notes))


def _are(count: int) -> str:
    return f"{count:,} {'is' if count == 1 else 'are'}"


def _spared(
    removed: np.ndarray, train: np.ndarray, y: np.ndarray, target: Target, text: str
) -> tuple[np.ndarray, str]:
    """Returns what is removed in the end, and the note."""
    import numpy as np

    distinct = len(np.unique(train))
    if distinct < LEAST_DISTINCT * len(train):
        return np.zeros_like(removed), (
            f"{text}: kept, because only {distinct:,} of them are distinct, and equal examples"
            " are common in such data."
        )
    if removed.all():
        raise UserInputError(
            "Every training example is in another split too, so nothing could be judged fairly."
            " Give other data to validate or test on."
        )
    if target.kind == "class":
        left = np.bincount(y[~removed], minlength=len(target.names))
        last = removed & (left[y] == 0)
        if last.any():
            note = f"{text}: removed from training but for {int(last.sum()):,} whose class has"
            return removed & ~last, f"{note} no other."
    return removed, f"{text}: removed from training."


def _hashes(x: Examples, dtype: np.dtype[Any]) -> np.ndarray:
    """Returns 64 bits of a hash of each example: of a million, none is taken for another."""
    import numpy as np

    found: list[bytes] = []
    for chunk in chunks(x):
        same = np.ascontiguousarray(chunk, dtype)
        rows = same.reshape(len(same), -1).view(np.uint8)
        found += [hashlib.blake2b(row.data, digest_size=8).digest() for row in rows]
    return np.frombuffer(b"".join(found), np.uint64)


def _contradictions(hashes: np.ndarray, y: np.ndarray, target: Target) -> int:
    """Returns how many different examples have labels that differ."""
    import numpy as np

    if target.kind not in ("class", "labels"):
        return 0
    order = np.argsort(hashes, kind="stable")
    ordered, labels = hashes[order], y[order].reshape(len(y), -1)
    again = ordered[1:] == ordered[:-1]
    differs = again & (labels[1:] != labels[:-1]).any(axis=1)
    return len(np.unique(ordered[1:][differs]))
