"""Which questions about sequences the spaces `rnn` and `tcn` answer."""

from __future__ import annotations

from search_spaces.layers.sequence import SEQUENCES
from search_spaces.signature import Signature

_SHORTEST = 4


def sequence_refuses(signature: Signature) -> str | None:
    """Returns why `signature` asks for no labels or numbers of a sequence, or None."""
    spec = signature.input
    if spec.kind not in SEQUENCES:
        return f"it takes series, tokens and spectrograms, and the input is of kind {spec.kind!r}"
    if signature.target.kind == "reconstruction":
        return "it gives labels and numbers, and the target is a reconstruction"
    if spec.shape[0] < _SHORTEST:
        return f"sequences must be at least {_SHORTEST} steps long, and these are {spec.shape}"
    return None
