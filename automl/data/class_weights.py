"""How much each training example counts where classes are unequal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.data.base import Target
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Ways to weigh, as `--class-weights` names them.
MODES = ("auto", "none", "balanced")
#: Up to this many times the examples of the rarest class, the most common one may have before
#: ``"auto"`` weighs. To there a batch of 32 examples of two classes still shows about three of
#: the rare one, and plain training, which weights cost accuracy, learns both.
MOST_UNEQUAL = 10.0


def sample_weights(y: np.ndarray, target: Target, mode: str) -> np.ndarray | None:
    """Returns a weight for each training example, 1 on average, or None for all alike.

    Args:
        y: Labels of the training examples, as `Target` says.
        target: What they are.
        mode: ``"balanced"`` gives every class the same weight in sum:
            count / (classes * examples of the class), as scikit-learn does.
            ``"none"`` weighs nothing, ``"auto"`` as `decide` says.

    Returns:
        float32, count; None where nothing is weighed.

    Raises:
        UserInputError: If the mode is unknown, or there are no classes to balance.
    """
    import numpy as np

    if decide(y, target, mode)[0] == "none":
        return None
    counts = np.bincount(y, minlength=len(target.names))
    # Classes without an example take no part: the weights stay 1 on average.
    each = len(y) / ((counts > 0).sum() * np.maximum(counts, 1))
    weights: np.ndarray = each[y].astype(np.float32)
    return weights


def decide(y: np.ndarray, target: Target, mode: str) -> tuple[str, str]:
    """Returns ``"balanced"`` or ``"none"``, and why: what a person should know, or ``""``.

    Args:
        y: Labels of the training examples, as `Target` says.
        target: What they are.
        mode: One of `MODES`.

    Raises:
        UserInputError: If the mode is unknown, or there are no classes to balance.
    """
    import numpy as np

    if mode not in MODES:
        raise UserInputError(f"Classes are weighed {', '.join(MODES)}. Received: {mode!r}.")
    if target.kind != "class":
        if mode == "balanced":
            raise UserInputError(
                "--class-weights balanced needs examples of one class each."
                f" Received: a target of kind {target.kind!r}. Leave it out."
            )
        return "none", ""
    counts = np.bincount(y, minlength=len(target.names))
    present = np.flatnonzero(counts)
    if mode == "none" or len(present) < 2:
        return "none", ""
    most, least = present[counts[present].argmax()], present[counts[present].argmin()]
    ratio = counts[most] / counts[least]
    if mode == "auto" and ratio <= MOST_UNEQUAL:
        return "none", ""
    if counts[most] == counts[least]:
        return "none", ""  # Balanced already.
    return "balanced", (
        f"Classes are balanced by weights in training: {target.names[most]!r} has"
        f" {counts[most]:,} examples, {target.names[least]!r} {counts[least]:,}."
    )
