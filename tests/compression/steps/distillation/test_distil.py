"""A small model learns from larger ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from automl.compression.steps.distillation.distil import Distil
from automl.errors import CompressionError, UserInputError


def small(units: int = 10, ending: str = "softmax") -> Any:
    """Returns an untrained model of a few hundred weights."""
    import keras

    inputs = keras.Input((8, 8, 1))
    tensor = keras.layers.Rescaling(1 / 8, -1.0)(inputs)
    tensor = keras.layers.Conv2D(12, 3, strides=2, activation="relu")(tensor)
    tensor = keras.layers.Flatten()(tensor)
    outputs = keras.layers.Dense(units, activation=ending)(tensor)
    return keras.Model(inputs, outputs)


def test_answers_come_near_the_teachers(
    trained_model: Any,
    make_context: Callable[..., Any],
    accuracy: Callable[[Any], float],
    digits_data: Any,
) -> None:
    x = digits_data[1].x
    asked = trained_model.predict(x, verbose=0)
    student = small()
    untouched = [weight.copy() for weight in trained_model.get_weights()]
    context = make_context(teachers=lambda count: [trained_model][:count], build=small)
    done = Distil(epochs=12, temperature=4.0, weight=0.9).apply(student, context)
    assert done is not student
    assert context.facts["start"] == "fresh"
    assert [type(layer).__name__ for layer in done.layers] == [
        type(layer).__name__ for layer in student.layers
    ]
    assert accuracy(done) > 0.85
    far = np.abs(small().predict(x, verbose=0) - asked).mean()
    assert np.abs(done.predict(x, verbose=0) - asked).mean() < 0.3 * far
    # The teacher is asked and not changed.
    for one, other in zip(untouched, trained_model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_goes_on_from_trained_weights(trained_model: Any, make_context: Callable[..., Any]) -> None:
    student = small()
    context = make_context(teachers=lambda count: [trained_model, small()][:count], build=small)
    done = Distil(teachers=2, start="trained", epochs=1).apply(student, context)
    assert done is student
    assert len(context.facts["teachers"]) == 2


def test_teachers_of_one_name_answer_together(make_context: Callable[..., Any]) -> None:
    import keras

    from automl.compression.steps.distillation.teaching import ensemble

    teachers = [small(), small()]
    for each in teachers:
        each.name = "cnn"  # As all models of one space are called.
    x = np.random.default_rng(0).uniform(0, 16, (4, 8, 8, 1)).astype("float32")
    mean = np.mean([keras.ops.convert_to_numpy(each(x)) for each in teachers], axis=0)
    np.testing.assert_allclose(ensemble(teachers)(x), mean, atol=1e-6)


def test_the_best_has_nobody_to_learn_from(
    trained_model: Any, make_context: Callable[..., Any]
) -> None:
    context = make_context(teachers=lambda count: [trained_model])
    with pytest.raises(CompressionError, match="none to learn from"):
        Distil(epochs=1).apply(trained_model, context)


def test_the_distance_is_hintons() -> None:
    """Divergence of softened answers, times the temperature squared."""
    from automl.compression.steps.distillation.teaching import _distance

    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 16, 5)) * 3

    def soft(logits: np.ndarray) -> np.ndarray:
        powers: np.ndarray = np.exp(logits)
        return powers / powers.sum(axis=1, keepdims=True)

    got = float(_distance("classification", soft(one), soft(other), 4.0))
    told, said = soft(other / 4), soft(one / 4)
    expected = 16 * (told * np.log(told / said)).sum(axis=1).mean()
    assert got == pytest.approx(expected, rel=1e-3)
    assert expected > 0.1


@pytest.mark.parametrize(
    ("target", "ending"), [("multilabel", "sigmoid"), ("regression", "linear")]
)
def test_other_targets(
    target: str, ending: str, make_context: Callable[..., Any], digits_data: Any
) -> None:
    import keras

    from automl.execution.fit_data import FitData
    from search_spaces import Signature, TargetSpec

    keras.utils.set_random_seed(3)
    teacher, student = small(3, ending), small(3, ending)
    x = digits_data[0].x[:256]
    # Labels say nothing: what is learned is learned from the teacher.
    data = FitData(x, np.full((256, 3), 0.5, "float32"))
    context = make_context(
        train=data,
        validation=data,
        signature=Signature(digits_data[2].input, TargetSpec(target, 3)),
        teachers=lambda count: [teacher],
    )
    before = np.abs(student.predict(x, verbose=0) - teacher.predict(x, verbose=0)).mean()
    step = Distil(epochs=25, weight=0.95, temperature=1.0)
    done = step.apply(student, context)
    after = np.abs(done.predict(x, verbose=0) - teacher.predict(x, verbose=0)).mean()
    assert after < 0.75 * before


@pytest.mark.parametrize("fields", [{"weight": 1.0}, {"start": "old"}, {"teachers": 0}])
def test_bad_fields_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UserInputError, match="Received"):
        Distil(**fields)
