"""Weights of an earlier model are copied where they fit, and nowhere else."""

from __future__ import annotations

import keras
import numpy as np

from search_spaces.warm_start import copy_weights


def _model(widths: tuple[int, ...] = (8, 6), classes: int = 3, prefix: str = "w") -> keras.Model:
    tensor = inputs = keras.Input((5,), name="x")
    for number, width in enumerate(widths):
        tensor = keras.layers.Dense(width, name=f"{prefix}{number}")(tensor)
        tensor = keras.layers.BatchNormalization(name=f"{prefix}n{number}")(tensor)
    tensor = keras.layers.Dropout(0.5, name="d")(tensor)
    tensor = keras.layers.Dense(classes, name="logits")(tensor)
    model = keras.Model(inputs, keras.layers.Softmax(name="probabilities")(tensor))
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    return model


def _equal(one: keras.Model, other: keras.Model, layer: str) -> bool:
    pairs = zip(
        one.get_layer(layer).get_weights(), other.get_layer(layer).get_weights(), strict=True
    )
    return all(np.array_equal(a, b) for a, b in pairs)


def test_the_same_architecture_is_copied_whole() -> None:
    source, model = _model(), _model()
    report = copy_weights(source, model)
    inputs = np.ones((2, 5), "float32")
    np.testing.assert_array_equal(model.predict_on_batch(inputs), source.predict_on_batch(inputs))
    assert report.share == 1.0
    assert report.fresh == ()
    assert report.total_weights == model.count_params() == report.copied_weights
    assert "5 of 5 layers" in str(report) and "100%" in str(report)


def test_another_width_copies_what_fits() -> None:
    source, model = _model((8, 6)), _model((8, 7))
    report = copy_weights(source, model)
    assert report.layers == ("w0", "wn0")
    assert report.fresh == ("w1", "wn1", "logits")
    assert _equal(source, model, "w0")
    assert 0 < report.share < 1


def test_other_classes_leave_the_head_fresh() -> None:
    source, model = _model(classes=3), _model(classes=4)
    before = model.get_layer("logits").get_weights()[0]
    report = copy_weights(source, model)
    assert report.fresh == ("logits",)
    np.testing.assert_array_equal(model.get_layer("logits").get_weights()[0], before)


def test_other_names_are_paired_in_order_where_that_is_clear() -> None:
    source, model = _model(), _model(prefix="v")
    report = copy_weights(source, model)
    assert report.fresh == ()
    np.testing.assert_array_equal(
        model.get_layer("v1").get_weights()[0], source.get_layer("w1").get_weights()[0]
    )
    # Three layers of one shape there and two here: which is which?
    report = copy_weights(_model((8, 8, 8, 8)), _model((8, 8, 8), prefix="v"))
    assert report.layers == ("v0", "logits")


def test_a_hidden_layer_does_not_become_the_answer() -> None:
    """A source whose hidden layer has the shape of this model's last one."""
    source, model = _model((8, 3)), _model((8,), classes=3, prefix="v")
    assert "logits" in copy_weights(source, model).fresh


def test_training_goes_on() -> None:
    model = _model((8, 7))
    copy_weights(_model((8, 6)), model)
    before = [weight.numpy() for weight in model.trainable_weights]
    inputs = np.random.default_rng(0).normal(size=(16, 5)).astype("float32")
    assert np.isfinite(model.train_on_batch(inputs, np.arange(16) % 3))
    assert any(
        (weight.numpy() != old).any()
        for weight, old in zip(model.trainable_weights, before, strict=True)
    )


def test_models_inside_models_are_opened() -> None:
    inner, inputs = _model(), keras.Input((5,))
    outer = keras.Model(inputs, inner(inputs))
    assert copy_weights(_model(), outer).share == 1.0


def test_nothing_in_common_copies_nothing() -> None:
    inputs = keras.Input((2,))
    source = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    report = copy_weights(source, _model())
    assert report.layers == ()
    assert report.share == 0.0
