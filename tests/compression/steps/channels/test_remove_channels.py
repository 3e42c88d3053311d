"""Channels leave whole, together, and what is left computes the same without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from automl.compression.steps.channels.choice import choose
from automl.compression.steps.channels.cutting import follow_channels, without
from automl.compression.steps.channels.remove_channels import RemoveChannels
from automl.errors import CompressionError, UserInputError
from search_spaces.testing.cases import Case, offline_space
from search_spaces.testing.inputs import batch


def test_half_of_the_operations_leave_and_the_accuracy_stays(
    trained_model: Any, make_context: Callable[..., Any], accuracy: Callable[[Any], float]
) -> None:
    import keras

    from automl.export.tflite.freezing import freeze
    from automl.measure.flops import count_flops

    before, cost = accuracy(trained_model), count_flops(freeze(trained_model))
    context = make_context()
    smaller = RemoveChannels(flops=0.5, multiple=1, epochs=6).apply(trained_model, context)
    assert smaller.input_shape == trained_model.input_shape
    assert smaller.output_shape == trained_model.output_shape
    assert count_flops(freeze(smaller)) < 0.56 * cost
    assert 0.4 < context.facts["multiplications left"] <= 0.5
    assert smaller.count_params() < 0.75 * trained_model.count_params()
    # A residual sum ties the two convolutions before it.
    widths = context.facts["after"]["channels"]
    assert widths["c1"] == widths["c2"] < 16
    assert accuracy(smaller) > before - 0.05
    assert isinstance(smaller, keras.Model)


def test_rounds_reach_the_same(trained_model: Any, make_context: Callable[..., Any]) -> None:
    context = make_context()
    RemoveChannels(flops=0.4, rounds=2, epochs=2).apply(trained_model, context)
    assert 0.3 < context.facts["multiplications left"] <= 0.4


@pytest.mark.parametrize(
    ("space", "kind", "seed"),
    [
        ("cnn", "image 28x28x1", 1),
        ("mobile", "series 64x1", 4),
        ("micro", "image 8x8x1", 0),
        ("tcn", "tokens 24", 3),
        ("rnn", "spectrogram 49x40", 0),
        ("mlp", "image 8x8x1", 0),
    ],
)
def test_a_channel_that_nothing_reads_can_leave(space: str, kind: str, seed: int) -> None:
    """What is removed had no effect, so removing it has none: every weight was cut rightly."""
    import keras

    case = Case(kind)
    made = offline_space(space, case.signature)
    model = made.construct(made.architecture(made.sample(seed)))
    _plain_normalization(model)
    rules = follow_channels(model)
    removed = choose(rules, 0.6, "both", 0.2)
    for variable, axes in rules.weights.values():
        if len(axes) < 2 or axes[-2] is None or variable.name in ("depthwise_kernel",):
            continue
        gone = np.isin(rules.channels.roots(axes[-2]), list(removed))
        if axes[-1] is None:  # Depthwise: it passes on what others read.
            continue
        values = variable.numpy()
        values[..., gone, :] = 0
        variable.assign(values)
    smaller = without(model, rules, removed)
    assert smaller.count_params() < model.count_params()
    inputs = batch(case.signature, 4)[0]
    expected, got = (keras.ops.convert_to_numpy(each(inputs)) for each in (model, smaller))
    if not _mixes(model):
        np.testing.assert_allclose(got, expected, atol=2e-5)
    assert np.isfinite(got).all()


def _plain_normalization(model: Any) -> None:
    """Gives normalizations statistics and scales of their own."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if type(layer).__name__ == "BatchNormalization":
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])


def _mixes(model: Any) -> bool:
    kinds = {type(layer).__name__ for layer in model.layers}
    return bool(kinds & {"LayerNormalization", "RMSNormalization", "GroupNormalization"})


def test_every_weight_finds_its_place(trained_model: Any, digits_data: Any) -> None:
    same = without(trained_model, follow_channels(trained_model), set())
    x = digits_data[0].x[:8]
    np.testing.assert_allclose(same(x), trained_model(x), atol=1e-6)


def test_what_cannot_be_cut_is_named(make_context: Callable[..., Any]) -> None:
    import keras

    inputs = keras.Input((8, 8, 1))
    tensor = keras.layers.Conv2D(8, 3, name="before")(inputs)
    tensor = keras.layers.Conv2D(8, 3, groups=4, name="grouped")(tensor)
    tensor = keras.layers.GlobalAveragePooling2D()(tensor)
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(tensor))
    with pytest.raises(CompressionError, match=r"grouped \(Conv2D\) cannot be cut"):
        RemoveChannels(flops=0.5).apply(model, make_context())


@pytest.mark.parametrize("fields", [{"flops": 1.0}, {"criterion": "luck"}, {"rounds": 0}])
def test_bad_fields_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UserInputError, match="Received"):
        RemoveChannels(**fields)


def test_what_is_left_fills_blocks_that_runtimes_compute(trained_model: Any) -> None:
    import keras

    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, 1))
    tensor = keras.layers.Conv2D(64, 3, activation="relu", name="one")(inputs)
    tensor = keras.layers.Conv2D(64, 3, activation="relu", name="two")(tensor)
    outputs = keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(tensor))
    wide = keras.Model(inputs, outputs)
    rules = follow_channels(wide)
    smaller = without(wide, rules, choose(rules, 0.5, "both", 0.2, 8))
    widths = [int(smaller.get_layer(name).output.shape[-1]) for name in ("one", "two")]
    assert all(width % 8 == 0 for width in widths)
    assert sum(widths) < 128
    # Where blocks are too coarse for the share, smaller ones leave.
    rules = follow_channels(trained_model)
    narrow = without(trained_model, rules, choose(rules, 0.5, "both", 0.2, 1024))
    assert narrow.count_params() < trained_model.count_params()
