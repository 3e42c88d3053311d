"""What sets judged files apart."""

from __future__ import annotations

import numpy as np
import pytest

from automl.execution.model_outputs import keep_outputs
from automl.finalists.rivals import Rivals
from automl.finalists.standings import Standing
from automl.records.store import RunStore
from automl.staging import judged_outputs
from automl.types import Artifact


@pytest.fixture
def store(tmp_path, digits):
    digits.save(tmp_path)
    with RunStore(tmp_path, create=True) as store:
        store.set_facts(
            {
                "data": digits.summary.to_dict(),
                "task": "classification",
                "objective": ["val_accuracy", "size"],
            }
        )
        yield store


def judged(store, y, trial, recipe, wrong, quality=None):
    """Returns an artifact that has so many of the first examples wrong."""
    outputs = np.eye(10)[y]
    outputs[:wrong] = np.eye(10)[(y[:wrong] + 1) % 10]
    found = Artifact(
        trial,
        "tflite",
        recipe,
        "somewhere",
        validation_quality=1 - wrong / len(y) if quality is None else quality,
        validation_error=0.01,
    )
    keep_outputs(store.folder / judged_outputs(found), outputs)
    return found


def standing(trial, mean, kept, spread):
    return Standing(
        trial=trial,
        values=(mean, mean),
        mean=mean,
        spread=spread,
        behind=0.0,
        error=0.0,
        weights=1,
        figures={"val_accuracy": mean},
        kept_figures={"val_accuracy": kept},
    )


def test_files_are_compared_example_by_example(store, digits):
    _, y = digits.splits["validation"]
    one, near = judged(store, y, 0, "float32", 5), judged(store, y, 1, "int8", 6)
    far = judged(store, y, 2, "int8", 60)
    rivals = Rivals(store, "accuracy")
    assert rivals.error(one, one) == 0.0
    # One example sets them apart: within one error of each other, and surer than each alone.
    assert 1 / len(y) < rivals.error(near, one) < 0.01
    assert far.validation_quality + 3 * rivals.error(far, one) < one.validation_quality


def test_a_lucky_training_is_brought_back_to_its_mean(store, digits):
    _, y = digits.splits["validation"]
    store.set_fact("standings", [standing(3, 0.95, 0.97, 0.01).to_dict()])
    rivals = Rivals(store, "accuracy")
    # What int8 cost the lucky one is taken from the mean.
    assert rivals.quality(judged(store, y, 3, "int8", 5, quality=0.96)) == pytest.approx(0.94)
    assert rivals.quality(judged(store, y, 4, "int8", 5, quality=0.96)) == 0.96


def test_seeds_count_between_models_and_not_between_recipes_of_one(store, digits):
    _, y = digits.splits["validation"]
    files = [judged(store, y, 3, "int8", 5), judged(store, y, 3, "float32", 4)]
    other = judged(store, y, 4, "float32", 4)
    sure = Rivals(store, "accuracy")
    before = [sure.error(file, other) for file in files]
    store.set_fact("standings", [standing(n, 0.98, 0.99, 0.02).to_dict() for n in (3, 4)])
    rivals = Rivals(store, "accuracy")
    assert rivals.error(files[0], other) == pytest.approx(np.hypot(before[0], 0.02))
    assert rivals.error(files[0], files[1]) < 0.01


def test_without_outputs_the_error_is_not_known(store):
    lost = Artifact(0, "tflite", "int8", "somewhere"), Artifact(1, "tflite", "int8", "somewhere")
    assert Rivals(store, "accuracy").error(*lost) is None
