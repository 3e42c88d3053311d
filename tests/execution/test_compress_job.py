"""The job that does a recipe's model steps: once for each list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from automl.compression.claims import broken
from automl.compression.steps.base import Claim, ModelStep
from automl.errors import CompressionError
from automl.execution.jobs import run_job
from automl.execution.jobs.compress import searched_model
from automl.execution.models import load_model
from automl.registry import STEPS


@dataclass(frozen=True)
class Halve(ModelStep):
    """Sets the first of every two weights of the largest kernel to zero, and trains nothing."""

    name: ClassVar[str] = "halve"
    calls: ClassVar[list[int]] = []

    fail: bool = False
    shift: int = 0

    def apply(self, model, context):
        if self.fail:
            raise RuntimeError("no such kernel\nand more")
        self.calls.append(self.shift)
        kernel = self.kernel(model)
        values = np.array(kernel)
        values.reshape(-1)[self.shift :: 2] = 0
        kernel.assign(values)
        context.facts["epochs of the trial"] = context.epochs
        return model

    def kernel(self, model):
        return max(model.trainable_weights, key=lambda weight: int(np.prod(weight.shape)))

    def claims(self, model):
        kernel = self.kernel(model)
        zeros = float(np.mean(np.array(kernel) == 0))
        return [Claim(kernel.path, "sparsity", tuple(kernel.shape), zeros)]


@dataclass(frozen=True)
class Tune(ModelStep):
    """Trains on as a step does."""

    name: ClassVar[str] = "tune"
    epochs: int = 2

    def apply(self, model, context):
        history = context.fit(model, self.epochs, rate=0.1)
        context.facts["loss"] = [float(each) for each in history.history["loss"]]
        context.facts["teachers"] = len(context.teachers(2))
        return model


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """Registers the steps for one test."""
    real, mine = STEPS.get, {"halve": Halve, "tune": Tune}
    monkeypatch.setattr(STEPS, "get", lambda name: mine.get(name) or real(name))
    Halve.calls.clear()


@pytest.fixture
def compressed(context, trained, digits_space, small_values):
    def run(*steps, trial=0):
        given = {"model_file": trained["model_file"], "values": small_values}
        return run_job(
            "compress",
            given
            | {"trial": trial, "steps": [step.to_dict() for step in steps], "space": digits_space}
            | {"task": "classification", "seed": 1, "epochs": 6, "deadline": None}
            | {"teachers": [given]},
            context,
        )

    return run


def test_a_model_is_changed_and_kept(context, trained, compressed):
    done = compressed(Halve(), trial=1)
    before, after = (load_model(context.run / each["model_file"]) for each in (trained, done))
    assert done["model_file"] != trained["model_file"]
    assert not all(
        np.array_equal(*each)
        for each in zip(before.get_weights(), after.get_weights(), strict=True)
    )
    (record,) = done["steps"]
    assert record["step"] == "halve"
    assert record["params"] == after.count_params()
    assert record["facts"] == {"epochs of the trial": 6}
    assert record["claims"][0]["value"] == pytest.approx(0.5, abs=0.01)


def test_what_was_done_is_not_done_again(compressed):
    first = compressed(Halve(), trial=2)
    assert compressed(Halve(), trial=2) == first
    both = compressed(Halve(), Halve(shift=1), trial=2)
    assert Halve.calls == [0, 1]
    assert both["steps"][0] == first["steps"][0]
    assert both["steps"][1]["claims"][0]["value"] == 1.0


def test_a_step_trains_on_as_the_trial_was_trained(context, trained, compressed):
    done = compressed(Tune(), trial=3)
    facts = done["steps"][0]["facts"]
    assert len(facts["loss"]) == 2
    assert facts["teachers"] == 1
    x, y = context.split("validation")
    before, after = (
        load_model(context.run / each["model_file"]).predict(np.asarray(x), verbose=0)
        for each in (trained, done)
    )
    right = (after.argmax(1) == y).mean()
    assert right > 0.5
    assert right >= (before.argmax(1) == y).mean()


def test_a_step_that_fails_is_one_line(compressed):
    with pytest.raises(CompressionError, match=r"halve: RuntimeError: no such kernel$"):
        compressed(Halve(fail=True), trial=4)


def test_what_a_step_says_is_read_back_from_the_file(context, compressed):
    done = compressed(Halve(), trial=5)
    claims = done["steps"][0]["claims"]

    def written(claims):
        args = {"model_file": done["model_file"], "folder": "staging/claims", "format": "tflite"}
        args |= {"recipe": "int8", "task": "classification", "claims": claims}
        return run_job("export", args, context)["claims"]

    assert not broken(written(claims))
    assert "zeros 0.9, but the file has" in broken(written([claims[0] | {"value": 0.9}]))


def test_front_and_tail_are_taken_off_and_put_back(context, trained, digits_space, small_values):
    given = {"model_file": trained["model_file"], "values": small_values}
    model = searched_model(given, digits_space, context, "classification")
    x, _ = context.split("validation")
    whole = load_model(context.run / trained["model_file"])
    np.testing.assert_allclose(
        model.predict(np.asarray(context.features("validation"))[:8], verbose=0),
        whole.predict(np.asarray(x)[:8], verbose=0),
        atol=1e-6,
    )
