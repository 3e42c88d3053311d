"""How far the outputs of a file are from those of its model, in one number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Least variation between examples that is counted, over that of all outputs: an
#: untrained class token hardly differs between examples, and what differs is rounding.
_LEAST_SHARE = 0.25


def difference(outputs: NDArray[Any], reference: NDArray[Any]) -> float:
    """Returns the largest absolute difference, relative to outputs above 1."""
    largest = np.abs(outputs.astype("float64") - reference).max()
    return float(largest / max(1.0, np.abs(reference).max()))


def scatter(
    outputs: NDArray[Any], reference: NDArray[Any], of: NDArray[Any] | None = None
) -> float:
    """Returns the mean absolute difference from `reference`, over how far values vary.

    That is the mean distance from the mean answer, so that a file that gives
    every example the mean answer is at 1, where examples are told apart at all.

    Args:
        outputs: What a file says, examples first.
        reference: What Keras says.
        of: The values whose variation counts; `reference` by default.
    """
    values = reference if of is None else of.astype("float64")
    between = np.abs(values - values.mean(axis=0)).mean()
    overall = np.abs(values - values.mean()).mean()
    spread = max(between, _LEAST_SHARE * overall, 1e-9)
    return float(np.abs(outputs.astype("float64") - reference).mean() / spread)


def excess(outputs: NDArray[Any], reference: NDArray[Any], rounding: NDArray[Any]) -> float:
    """Returns the mean absolute difference from `reference`, over the one of `rounding`.

    Args:
        outputs: What a file says, examples first.
        reference: What Keras says.
        rounding: What `outputs_in_8_bits` says.
    """
    made = np.abs(rounding.astype("float64") - reference).mean()
    return float(np.abs(outputs.astype("float64") - reference).mean() / max(made, 1e-9))
