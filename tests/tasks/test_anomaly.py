"""What is unlike the training examples."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.anomaly import Anomaly
from automl.tasks.normality import find_normal
from search_spaces import InputSpec

COUNTS = {"train": (40, 5), "validation": (10, 2), "test": (10, 2)}


@pytest.fixture
def labelled(summary):
    return summary("class", ("scratch", "good"), class_counts={"train": (5, 40),
        "validation": (2, 10), "test": (2, 10)})  # fmt: skip


@pytest.fixture
def unlabelled(summary):
    return summary("none")


@pytest.mark.parametrize(
    ("names", "train", "normal", "why"),
    [
        (("scratch", "good"), (40, 5), ("good",), "its name says so"),
        (("Normal", "odd"), (4, 50), ("Normal",), "its name says so"),
        (("a", "b", "c"), (3, 50, 4), ("b",), "it is the most frequent class"),
        (("a", "b", "c"), (30, 0, 4), ("a", "c"), "the training split has no others"),
        (("good", "b"), (0, 9), ("b",), "the training split has no others"),
    ],
)
def test_what_is_normal(summary, names, train, normal, why):
    found = find_normal(summary("class", names, class_counts={"train": train}))
    assert (found.names, found.why) == (normal, why)


def test_only_normal_examples_are_trained_on(labelled, unlabelled):
    y = np.array([1, 0, 1, 1, 0])
    assert Anomaly().training_rows(y, labelled).tolist() == [0, 2, 3]
    assert Anomaly().training_rows(np.zeros(5, int), unlabelled) is None
    features = np.zeros((5, 4))
    assert Anomaly().training_targets(features, y, labelled) is features
    assert Anomaly().notes(labelled) == (
        "Normal is 'good' (its name says so); only such examples are trained on.",
    )


def test_it_is_ranked_by_auc_where_both_kinds_are_known(summary, labelled, unlabelled):
    assert Anomaly().objectives(labelled) == ("val_auc", "size")
    assert Anomaly().objectives(unlabelled) == ("val_reconstruction_error", "size")
    only_good = {"train": (40, 0), "validation": (10, 0), "test": (10, 5)}
    data = summary("class", ("good", "scratch"), class_counts=only_good)
    assert Anomaly().objectives(data) == ("val_reconstruction_error", "size")


def test_metrics_with_labels(labelled):
    scores = np.array([[0.1], [0.9], [0.2], [0.3], [0.8]])
    values = Anomaly().measure(scores, np.array([1, 0, 1, 1, 0]), labelled).values
    assert values == {"auc": 1.0, "reconstruction_error": pytest.approx(0.2)}


def test_metrics_without_labels(unlabelled):
    found = Anomaly().measure(np.array([[1.0], [3.0]]), np.zeros(2, int), unlabelled)
    assert found.values == {"reconstruction_error": 2.0}
    assert found.left_out == {"auc": "no example is known to be abnormal"}


def test_the_threshold_lies_between_the_two_kinds(labelled):
    scores = np.array([0.1, 0.9, 0.2, 0.3, 0.7])[:, None]
    threshold = Anomaly().threshold(scores, np.array([1, 0, 1, 1, 0]), labelled)
    assert threshold == pytest.approx(0.5)


def test_the_threshold_weighs_finds_against_false_alarms(labelled):
    normal, abnormal = np.linspace(0, 1, 101), np.linspace(0.8, 1.8, 11)
    scores = np.concatenate([normal, abnormal])[:, None]
    y = np.array([1] * 101 + [0] * 11)
    threshold = Anomaly().threshold(scores, y, labelled)
    assert threshold == pytest.approx(1.0, abs=0.25)


def test_without_labels_few_normal_scores_are_above_the_threshold(unlabelled):
    scores = np.arange(1_000.0)[:, None]
    threshold = Anomaly().threshold(scores, np.zeros(1_000, int), unlabelled)
    assert (scores > threshold).mean() == pytest.approx(0.01)


def test_a_person_reads_the_verdict(labelled):
    assert Anomaly().predict(np.array([0.25]), labelled).text == "score 0.25"
    answer = Anomaly().predict(np.array([0.25]), labelled, threshold=0.2)
    assert answer.text == "abnormal, score 0.25 (threshold 0.2)"
    assert Anomaly().predict(np.array([0.1]), labelled, 0.2).record["verdict"] == "normal"


def test_agreement_is_on_what_stands_out(labelled):
    scores = np.arange(1.0, 101.0)[:, None]
    assert Anomaly().agreement(scores * 1.0001, scores, labelled) >= 0.99
    assert Anomaly().agreement(scores[::-1], scores, labelled) == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize(
    ("spec", "factor"),
    [
        (InputSpec("vector", (3,), mean=(5.0, 0.0, 1.0), std=(1.0, 2.0, 4.0)), (1.0, 0.5, 0.25)),
        (InputSpec("image", (2, 2, 3), 0.0, 255.0), (2 / 255,) * 3),
    ],
)
def test_the_score_is_the_mean_squared_difference_in_rescaled_units(summary, spec, factor):
    import keras

    tail = Anomaly().tail(summary("none", input=spec))
    features, outputs = keras.Input(spec.shape), keras.Input(spec.shape)
    model = keras.Model([features, outputs], tail.apply(features, outputs))
    random = np.random.default_rng(0)
    x, back = random.normal(size=(2, 4, *spec.shape)).astype(np.float32) * 9
    score = keras.ops.convert_to_numpy(model([x, back]))
    assert score.shape == (4, 1)
    wanted = (((x - back) * np.array(factor)) ** 2).reshape(4, -1).mean(axis=1)
    np.testing.assert_allclose(score[:, 0], wanted, rtol=1e-5)


def test_it_takes_no_words_and_no_lone_class(summary):
    tokens = InputSpec("tokens", (8,), vocabulary=20)
    assert "token ids" in Anomaly.suits(summary("none", input=tokens))
    assert "no labels at all" in Anomaly.suits(summary("number", ("v",)))
    lone = summary("class", ("good",), class_counts={"train": (5,)})
    assert "another one" in Anomaly.suits(lone)
