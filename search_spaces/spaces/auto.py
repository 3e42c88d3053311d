"""Which spaces suit which data, when nobody said."""

from __future__ import annotations

from search_spaces.signature import Signature

#: Smallest side in pixels from which depth and attention pay on images.
_SMALL = 24


def suited(signature: Signature) -> tuple[str, ...]:
    """Returns names of spaces to search together for a signature, the most promising first."""
    if signature.target.kind == "reconstruction":
        return ("autoencoder",)
    kind = signature.input.kind
    if kind == "image":
        small = min(signature.input.size) < _SMALL
        return ("cnn", "mlp") if small else ("cnn", "mobile", "hybrid")
    return {
        "spectrogram": ("cnn", "mobile", "rnn"),
        "series": ("tcn", "cnn", "rnn", "transformer"),
        "tokens": ("cnn", "rnn", "transformer"),
        "vector": ("mlp",),
    }[kind]
