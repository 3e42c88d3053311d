"""Texts with some words unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What a dropped token becomes: Keras' `TextVectorization` and most vocabularies
#: have unknown words there, after padding at 0. A vocabulary that starts otherwise
#: just has some of its tokens replaced by its first.
UNKNOWN = 1


def drop_tokens(tokens: NDArray[Any], share: float, rng: np.random.Generator) -> NDArray[Any]:
    """Replaces tokens by the unknown one; padding (0) stays.

    Source: Iyyer et al., "Deep Unordered Composition Rivals Syntactic Methods for
    Text Classification", 2015 (word dropout), in a form that keeps every position.

    Args:
        tokens: (batch, length), not changed.
        share: Share of the tokens replaced.
        rng: What is drawn from.
    """
    dropped = (rng.random(tokens.shape, dtype=np.float32) < share) & (tokens != 0)
    return np.where(dropped, np.asarray(UNKNOWN, tokens.dtype), tokens)
