"""What is particular to the hybrid space."""

from __future__ import annotations

import numpy as np
import pytest

from search_spaces import SPACES, InputSpec, Signature, TargetSpec, UnsuitableSpaceError
from search_spaces.spaces.hybrid_plan import HybridPlan
from search_spaces.testing import batch, classification_of, signature_of


def space_of(kind, **choices):
    return SPACES.get("hybrid")(classification_of(kind), choices)


@pytest.mark.parametrize("size", [(8, 8), (28, 28), (49, 40), (96, 96), (224, 224)])
def test_stages_leave_a_fair_number_of_tokens(size):
    plan = HybridPlan.of(Signature(InputSpec("image", (*size, 1)), TargetSpec("classification", 2)))
    assert plan.stages
    for stage in plan.stages:
        height, width = plan.stage_size(stage)
        assert 4 <= height * width <= 196


@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
@pytest.mark.parametrize("kind", ["image 28x28x1", "series 32x9"])
def test_the_plan_knows_how_many_tokens_are_left(kind, pooling):
    space = space_of(kind)
    for stages in space.plan.stages:
        model = space.construct(space.architecture({"stages": stages, "pooling": pooling}))
        expected = np.prod(space.plan.stage_size(stages))
        assert model.get_layer("t1av").input.shape[1] == expected


def test_only_convolutions_stand_in_stages():
    space = space_of("tokens 24")
    known = {each.name: each.values for each in space.hyperparameters().space}
    assert "encoder" not in known["stage_1/block"]
    assert known["attention/encoder"] == ["encoder"]


def test_blocks_are_narrowed_without_touching_the_encoder():
    space = space_of("image 28x28x1", block=["separable"])
    model = space.construct(space.architecture({}))
    assert any(isinstance(layer, type(model.get_layer("s1b1c"))) for layer in model.layers)


@pytest.mark.parametrize("kind", ["series 32x9", "tokens 24", "spectrogram 49x40"])
@pytest.mark.parametrize("target", ["multilabel", "regression"])
def test_other_targets_train(kind, target):
    space = SPACES.get("hybrid")(signature_of(kind, target, 3))
    model = space.build_from({})
    model.run_eagerly = True
    assert np.isfinite(model.train_on_batch(*batch(space.signature))[0])


def test_vectors_are_refused():
    spec = InputSpec("vector", (9,))
    with pytest.raises(UnsuitableSpaceError):
        SPACES.get("hybrid")(Signature(spec, TargetSpec("classification", 3)))
