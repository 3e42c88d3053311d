"""Any input that runs in time as a sequence of vectors, and its number of steps."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.ends import Start
from search_spaces.signature import InputSpec

#: Kinds of input that run in time.
SEQUENCES = ("series", "tokens", "spectrogram")


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


def lengthen(tensor: Any, multiple: int) -> Any:
    """Adds zeros after the last step until the number of steps is a multiple.

    Strides then fall on the same steps whatever the length, so that more
    padding changes nothing. A mask can be lengthened alike.

    Args:
        tensor: A Keras tensor of shape (batch, steps, ...).
        multiple: At least 1.
    """
    missing = -int(tensor.shape[1]) % multiple
    if not missing:
        return tensor
    return ops.pad(tensor, [(0, 0), (0, missing), *[(0, 0)] * (len(tensor.shape) - 2)])


def stack_steps(tensor: Any, factor: int) -> Any:
    """Joins every `factor` steps into one: (batch, steps / factor rounded up, factor * channels).

    Nothing is lost; Sak et al., 2015, https://arxiv.org/abs/1507.06947, section 4.
    """
    if factor == 1:
        return tensor
    tensor = lengthen(tensor, factor)
    steps, channels = int(tensor.shape[1]), int(tensor.shape[2])
    return ops.reshape(tensor, (-1, steps // factor, factor * channels))
