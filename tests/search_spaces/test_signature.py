"""What a signature says of inputs of every kind, and what it refuses."""

from __future__ import annotations

import json

import pytest

from search_spaces import InputSpec, Signature, TargetSpec, UserInputError
from search_spaces.testing import INPUTS


@pytest.mark.parametrize("kind", INPUTS)
def test_it_survives_json(kind):
    signature = Signature(INPUTS[kind], TargetSpec("regression", 1))
    assert Signature.from_dict(json.loads(json.dumps(signature.to_dict()))) == signature


@pytest.mark.parametrize(
    ("spec", "rank", "size", "dtype"),
    [
        (InputSpec("image", (8, 6, 3)), 2, (8, 6), "float32"),
        (InputSpec("spectrogram", (49, 40, 1)), 2, (49, 40), "float32"),
        (InputSpec("series", (64, 3)), 1, (64,), "float32"),
        (InputSpec("tokens", (24,), vocabulary=9), 1, (24,), "int32"),
        (InputSpec("vector", (13,)), 0, (), "float32"),
    ],
)
def test_positions_and_numbers(spec, rank, size, dtype):
    assert (spec.rank, spec.size, spec.dtype) == (rank, size, dtype)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: InputSpec("series", (8,)), "steps, channels"),
        (lambda: InputSpec("vector", (4,), mean=(0.0,), std=(1.0,)), "one value for each channel"),
        (lambda: InputSpec("vector", (1,), mean=(0.0,), std=(0.0,)), "above zero"),
        (lambda: InputSpec("tokens", (4,)), "vocabulary"),
        (lambda: InputSpec("tokens", (4,), vocabulary=1), "vocabulary"),
        (lambda: InputSpec("vector", (4,), vocabulary=9), "vocabulary"),
        (lambda: InputSpec("image", (8, 8, 1), ragged=True), "ragged"),
        (lambda: TargetSpec("regression", 0), "at least 1"),
    ],
)
def test_it_checks_itself(make, message):
    with pytest.raises(UserInputError, match=message):
        make()
