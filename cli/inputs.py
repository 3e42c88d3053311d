"""`--input KIND:SHAPE`: an input described in words, for spaces shown without data."""

from __future__ import annotations

from automl.errors import UserInputError
from search_spaces import InputSpec
from search_spaces.registry import nearest
from search_spaces.signature import INPUT_KINDS

EXAMPLES = "image:28x28x1, series:64x6, tokens:32:5000, vector:13, spectrogram:49x40"


def parse_input(text: str) -> InputSpec:
    """Reads ``image:28x28x1``, ``tokens:LENGTH:VOCABULARY`` and the like.

    Raises:
        UserInputError: If it cannot be read.
    """
    kind, _, rest = text.strip().lower().partition(":")
    if kind not in INPUT_KINDS:
        raise UserInputError(
            f"Unknown input kind {kind!r}.{nearest(kind, INPUT_KINDS)} --input is like {EXAMPLES}."
        )
    sizes, _, vocabulary = rest.partition(":")
    try:
        shape = tuple(int(size) for size in sizes.split("x"))
        ids = int(vocabulary) if vocabulary else 5000
    except ValueError:
        raise UserInputError(f"--input must be like {EXAMPLES}. Received: {text!r}.") from None
    if (kind in ("image", "spectrogram") and len(shape) == 2) or (
        kind == "series" and len(shape) == 1
    ):
        shape = (*shape, 1)
    if kind == "tokens":
        return InputSpec(kind, shape, vocabulary=ids)
    if vocabulary:
        raise UserInputError(f"Only tokens have a vocabulary. Received: {text!r}.")
    if kind == "image":
        return InputSpec(kind, shape)
    return InputSpec(kind, shape, mean=(0.0,) * shape[-1], std=(1.0,) * shape[-1])


def in_words(spec: InputSpec) -> str:
    """Returns what `parse_input` reads back."""
    shape = "x".join(map(str, spec.shape))
    return f"{spec.kind}:{shape}" + (f":{spec.vocabulary}" if spec.vocabulary else "")
