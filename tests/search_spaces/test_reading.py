"""What values stand for is the same, read or declared."""

from __future__ import annotations

import keras_tuner
import pytest

from search_spaces import Signature
from search_spaces.making import make_space, resolve
from search_spaces.signature import InputSpec, TargetSpec

CASES = {
    "image": InputSpec("image", (16, 16, 1)),
    "tokens": InputSpec("tokens", (32,), vocabulary=100),
    "vector": InputSpec("vector", (8,)),
}


@pytest.mark.parametrize("kind", CASES)
def test_an_architecture_read_is_the_one_that_keras_tuner_declares(kind):
    signature = Signature(CASES[kind], TargetSpec("classification", 3))
    space = make_space(resolve(("auto",), signature), signature)
    for seed in range(8):
        values = space.sample(seed)
        active = space.canonical(values)
        hp = keras_tuner.HyperParameters()
        hp.values = dict(active)
        assert space.architecture(values) == space.choose(hp)
        # What is asked twice is not walked twice; whoever changes the answer changes no other.
        space.canonical(values).clear()
        assert space.canonical(values) == active
