"""Folding changes no output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from automl.compression.steps.rounding.folding import fold_batch_normalization
from automl.compression.steps.rounding.separable import split_separable
from search_spaces.testing.cases import Case, offline_space
from search_spaces.testing.inputs import batch


def test_outputs_stay_and_normalizations_leave(trained_model: Any, digits_data: Any) -> None:
    folded = fold_batch_normalization(trained_model)
    x = digits_data[0].x[:64]
    np.testing.assert_allclose(folded(x), trained_model(x), atol=1e-5)
    kinds = [type(layer).__name__ for layer in folded.layers]
    assert "BatchNormalization" not in kinds
    assert [layer.name for layer in folded.layers if layer.name not in ("n1", "n2")] == [
        layer.name for layer in trained_model.layers if layer.name not in ("n1", "n2")
    ]


def test_separable_convolutions_are_two_layers(trained_model: Any, digits_data: Any) -> None:
    split = split_separable(trained_model)
    x = digits_data[0].x[:64]
    np.testing.assert_allclose(split(x), trained_model(x), atol=1e-5)
    assert {"c3_depth", "c3"} <= {layer.name for layer in split.layers}
    assert split.count_params() == trained_model.count_params()


@pytest.mark.parametrize("kind", ["image 28x28x1", "series 32x9"])
def test_models_of_a_space(kind: str) -> None:
    import keras

    case = Case(kind)
    space = offline_space("mobile", case.signature)
    model = space.construct(space.architecture(space.sample(1)))
    rng = np.random.default_rng(0)
    before = 0
    for layer in model.layers:
        if type(layer).__name__ == "BatchNormalization":
            before += 1
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    folded = fold_batch_normalization(model)
    inputs = batch(case.signature, 4)[0]
    expected, got = (keras.ops.convert_to_numpy(each(inputs)) for each in (model, folded))
    np.testing.assert_allclose(got, expected, atol=1e-5)
    left = sum(type(layer).__name__ == "BatchNormalization" for layer in folded.layers)
    assert left < before
