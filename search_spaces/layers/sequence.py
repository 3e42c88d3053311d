"""Any input that runs in time as a sequence of vectors."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.ends import Start
from search_spaces.signature import InputSpec


def to_sequence(begin: Start, spec: InputSpec, embedding: int = 32) -> Any:
    """Returns a tensor (batch, steps, channels) of a series, tokens or a spectrogram.

    Tokens become trainable vectors, with zeros where there is padding; the bins
    of a spectrogram's frame become channels.

    Args:
        begin: What `search_spaces.layers.ends.start` returned.
        spec: The same input.
        embedding: Width of a token's vector.

    Raises:
        ValueError: If the input is no sequence.
    """
    if spec.kind == "tokens":
        vectors = keras.layers.Embedding(spec.vocabulary, embedding, name="e")(begin.tensor)
        return ops.multiply(vectors, begin.mask)
    if spec.kind == "spectrogram":
        steps, bins, channels = spec.shape
        return keras.layers.Reshape((steps, bins * channels), name="q")(begin.tensor)
    if spec.kind != "series":
        raise ValueError(f"A sequence runs in time. Received: kind={spec.kind!r}")
    return begin.tensor
