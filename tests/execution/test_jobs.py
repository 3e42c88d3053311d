"""The jobs, run in this process."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest

from automl.compression.ladder import BASE
from automl.compression.recipes import FLOAT32, INT8
from automl.errors import ConversionError, UserInputError
from automl.execution.inprocess import InProcessExecutor
from automl.execution.jobs import gate, run_job
from automl.execution.jobs.train import DivergedError
from automl.execution.models import load_model, save_model
from automl.export.base import Exporter
from automl.measure.size import hashes, least_size
from automl.registry import EXPORTERS, RECIPES
from automl.tasks.evidence import read_evidence
from automl.tasks.uncertainty import binomial_error
from automl.testing import small_model
from search_spaces import SPACES, Signature

#: What training on classes measures: Keras after each epoch, the task at the end.
MEASURED = {
    "accuracy", "loss", "val_loss", "val_accuracy", "val_balanced_accuracy", "val_macro_f1",
    "val_auc",
}  # fmt: skip
NO_BOUNDS = {"max_size": None, "max_latency": None, "max_flops": None, "max_params": None}


@pytest.fixture
def gated(context, digits_space, small_values):
    def run(values=small_values, recipe="int8", **bounds):
        args = {"space": digits_space, "values": values, "format": "tflite", "recipes": [recipe]}
        args["task"] = "classification"
        return run_job("gate", args | {"constraints": NO_BOUNDS | bounds}, context)

    return run


@pytest.fixture
def exported(context, trained):
    def run(recipe="float32", folder="staging/a", model_file=trained["model_file"]):
        args = {"model_file": model_file, "folder": folder, "format": "tflite", "recipe": recipe}
        return run_job("export", args | {"task": "classification"}, context)

    return run


@pytest.fixture
def verified(context, trained):
    def run(path, recipe="float32", split="test", runtime="litert"):
        args = {"model_file": trained["model_file"], "path": path, "runtime": runtime}
        args |= {"recipe": recipe, "task": "classification", "split": split}
        return run_job("verify", args, context)

    return run


# The gate.


def space_of(digits_space):
    return SPACES.get("cnn")(Signature.from_dict(digits_space["signature"]))


@pytest.mark.parametrize("seed", [0, 1, 3, 5, 7])
def test_the_untrained_file_has_the_bytes_of_the_trained_one(
    seed, gated, exported, context, digits_space
):
    """The claim that everything else rests on."""
    space = space_of(digits_space)
    values = space.sample(seed)
    model = space.build_from(values)
    x, y = context.split("train")
    hp = space.hyperparameters()
    hp.values = dict(values)
    space.fit(hp, model, x[:96], y[:96], batch_size=16, epochs=1, verbose=0)
    save_model(model, context.run / "models/sample.keras")
    for recipe in ("float32", "int8"):
        measured = gated(values, recipe)["size"]
        real = exported(recipe, model_file="models/sample.keras")["size"]
        assert measured == real
        assert least_size(model, RECIPES.get(recipe)) < real


def test_the_gate_takes_the_smallest_of_the_planned_recipes(
    digits_space, small_values, run_folder, context
):
    args = {"space": digits_space, "values": small_values, "format": "tflite"}
    args["task"] = "classification"

    def measured(recipes, **bounds):
        bounds = NO_BOUNDS | bounds
        return run_job("gate", args | {"recipes": recipes, "constraints": bounds}, context)

    sizes = {name: measured([name])["size"] for name in ("int8", "dynamic_int8", "float16")}
    both = measured(["int8", "dynamic_int8"])
    assert both["size"] == min(sizes["int8"], sizes["dynamic_int8"])
    assert sizes[both["recipe"]] == both["size"]
    # Of so small a model float16 is the smaller file, but only a bound makes it worth a try.
    assert sizes["float16"] < sizes["int8"]
    assert measured(["int8", "float16"])["recipe"] == "int8"
    assert measured(["int8", "float16"], max_size=sizes["float16"])["recipe"] == "float16"


def test_measures_are_all_taken_and_plausible(gated):
    measures = gated()
    assert measures["recipe"] == "int8"
    assert 300 < measures["params"] < 3_000
    assert measures["gzip_size"] < measures["size"] < 20_000
    assert measures["flops"] > measures["params"]
    assert 0 < measures["latency_ms"] < 50
    json.dumps(measures)


def test_the_recipe_that_gates_is_the_one_measured(gated, exported):
    sizes = {recipe: gated(recipe=recipe)["size"] for recipe in BASE}
    assert sizes == {recipe: exported(recipe)["size"] for recipe in BASE}
    assert len(set(sizes.values())) > 2


class Untouchable(Exporter):
    """Tells of having been asked."""

    def export(self, *_):
        pytest.fail("a candidate was converted that was already known to be over a bound")


@pytest.mark.parametrize(
    ("bound", "known"),
    [
        ({"max_params": 10}, {"params", "size"}),
        ({"max_size": 100}, {"params", "size"}),
        ({"max_flops": 100}, {"params", "flops"}),
    ],
)
def test_what_cheap_measures_rule_out_is_not_converted(gated, monkeypatch, bound, known):
    monkeypatch.setattr(EXPORTERS.get("tflite"), "export", Untouchable.export)
    measures = gated(**bound)
    floor = measures.pop("size_is_floor")
    taken = {name for name, value in measures.items() if value is not None} - {"recipe"}
    assert taken == known
    assert floor == ("size" in known), "a size that was not measured is called a floor"


def test_what_is_over_the_size_is_not_timed(gated):
    size = gated()["size"]
    assert gated(max_size=size - 1)["latency_ms"] is None
    assert gated(max_size=size)["latency_ms"] is not None


def test_what_cannot_be_converted_is_said(gated, monkeypatch):
    def refuse(*_):
        raise ConversionError("no such operator")

    monkeypatch.setattr(EXPORTERS.get("tflite"), "export", refuse)
    with pytest.raises(ConversionError):
        gated()


@pytest.mark.parametrize("values", [{"no such name": 1}, {"activation": "no such option"}])
def test_values_that_are_not_in_the_space_are_refused(gated, small_values, values):
    with pytest.raises(UserInputError):
        gated(small_values | values)


def test_scattered_weights_are_all_different_and_in_range():
    model = small_model()
    gate.scatter_weights(model)
    for weight in model.weights:
        values = keras.ops.convert_to_numpy(weight)
        assert np.isfinite(values).all()
        assert len(np.unique(values)) == values.size
        if "variance" in weight.path:
            assert values.min() > 0


def test_calibration_is_cut_short_only_where_there_is_some():
    assert gate.short_calibration(INT8).calibration_samples == gate.CALIBRATION
    assert gate.short_calibration(FLOAT32) == FLOAT32


# Training.


def test_training_says_what_the_saved_model_does(context, trained, digits):
    model = load_model(context.run / trained["model_file"])
    x, y = digits.splits["validation"]
    accuracy = (model.predict(x.astype("float32"), verbose=0).argmax(axis=1) == y).mean()
    assert trained["metrics"]["val_accuracy"] == pytest.approx(accuracy, abs=1e-6)
    assert trained["epochs"] == 6
    assert set(trained["metrics"]) == MEASURED
    assert trained["error"] == pytest.approx(binomial_error(accuracy, len(y)))
    assert not list((context.run / "models").glob("*.tmp*"))


@pytest.fixture
def train(context, digits_space, small_values):
    def run(model_file, **changes):
        args = {"space": digits_space, "values": small_values, "seed": 1, "epochs": 1}
        args |= {"deadline": None, "model_file": f"models/{model_file}", "task": "classification"}
        return run_job("train", args | changes, context)

    return run


def test_a_seed_decides_what_is_learned(train):
    one, same, other = train("a"), train("b"), train("c", seed=2)
    assert one["metrics"] == same["metrics"] != other["metrics"]


def test_a_fit_that_diverges_is_an_error_and_leaves_no_model(train, context, monkeypatch):
    def diverged(model, *_, callbacks, **__):
        callbacks[-1].set_model(model)
        callbacks[-1].on_epoch_end(0, {"val_loss": float("nan")})

    monkeypatch.setattr(keras.Model, "fit", diverged)
    with pytest.raises(DivergedError, match="not finite in any epoch"):
        train("diverged.keras")
    assert not (context.run / "models/diverged.keras").exists()


def test_the_result_says_why_training_ended(train):
    assert train("whole.keras")["reason"] == ""
    late = train("late.keras", deadline=0.0, epochs=5)
    assert (late["reason"], late["epochs"]) == ("the time was up", 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"label_smoothing": 0.1, "schedule": "one_cycle"},
        {"augment": "yes", "augmentation/mix": "mixup", "warmup": 0.1},
    ],
)
def test_a_recipe_of_every_sort_is_trained_by(train, digits_space, small_values, changes):
    values = space_of(digits_space).canonical(small_values | changes)
    one, same = (train(f"{name}.keras", values=values, epochs=2) for name in ("one", "same"))
    assert set(one["metrics"]) == MEASURED
    assert one["metrics"] == same["metrics"]
    assert one["epochs"] == 2


# Export and verification.


@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_a_file_is_written_described_and_verified(context, exported, verified, recipe):
    written = exported(recipe, f"staging/{recipe}")
    assert written["path"] == f"staging/{recipe}/model.tflite"
    file = context.run / written["path"]
    assert written["size"] == file.stat().st_size > written["gzip_size"] > 0
    assert written["files"] == hashes(file.parent)
    record = verified(written["path"], recipe)
    assert record["status"] == "verified", record
    assert record["examples"] == 359
    assert record["accuracy"] == pytest.approx(record["keras_accuracy"], abs=0.03)
    assert verified(written["path"], recipe, "validation")["examples"] == 287


def test_predictions_on_test_data_are_kept_where_it_is_asked(context, exported, trained):
    args = {"model_file": trained["model_file"], "runtime": "litert", "recipe": "float32"}
    args |= {"path": exported(folder="staging/kept")["path"], "task": "classification"}
    args |= {"split": "test", "metric": "macro_f1", "evidence": "predictions/kept.npz"}
    record = run_job("verify", args, context)
    kept = read_evidence(context.run / "predictions/kept.npz")
    assert len(kept["y"]) == record["examples"] == 359
    assert (kept["y"] == kept["predicted"]).mean() == pytest.approx(record["accuracy"])
    assert record["quality"] == record["metrics"]["macro_f1"]
    assert 0 < record["error"] < 0.1


def test_predictions_that_are_gone_or_broken_are_none(tmp_path):
    assert read_evidence(tmp_path / "gone.npz") == {}
    (tmp_path / "broken.npz").write_bytes(b"PK")
    assert read_evidence(tmp_path / "broken.npz") == {}


def test_a_folder_is_emptied_before_it_is_written(context, exported):
    folder = context.run / "staging/used"
    folder.mkdir(parents=True)
    (folder / "left over").write_text("x")
    assert list(exported(folder="staging/used")["files"]) == ["model.tflite"]


@pytest.mark.parametrize("damage", ["cut", "gone", "another model"])
def test_a_file_that_is_not_the_model_fails(context, exported, verified, damage):
    path = exported(folder="staging/damaged")["path"]
    file = context.run / path
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:500])
    elif damage == "gone":
        file.unlink()
    else:
        EXPORTERS.get("tflite")().export(small_model(), FLOAT32, file.parent, np.zeros((0,)))
    record = verified(path)
    assert record["status"] == "failed"
    assert record["reason"]


def test_a_runtime_that_is_missing_verifies_nothing(exported, verified, monkeypatch):
    monkeypatch.setattr("automl.verify.litert.LiteRTRuntime.missing", lambda self: "not here")
    record = verified(exported()["path"])
    assert (record["status"], record["reason"]) == ("not verified", "not here")


def test_a_model_file_with_code_in_it_is_not_run(context):
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Lambda(lambda tensor: tensor * 2)(inputs))
    save_model(model, context.run / "models/lambda.keras")
    with pytest.raises(UserInputError, match="cannot be loaded as a Keras model"):
        load_model(context.run / "models/lambda.keras")


@pytest.mark.parametrize("content", [None, b"not a model"])
def test_a_model_file_that_is_none_is_said(tmp_path, content):
    if content:
        (tmp_path / "m.keras").write_bytes(content)
    with pytest.raises(UserInputError, match="cannot be loaded"):
        load_model(tmp_path / "m.keras")


# The executor that runs them here.


def test_in_process_a_job_ends_with_one_final_event(run_folder, digits_space, small_values):
    args = {"space": digits_space, "values": small_values, "format": "tflite", "recipes": ["int8"]}
    args["task"] = "classification"
    with InProcessExecutor(run_folder) as executor:
        bad = executor.submit("gate", args | {"constraints": {"no": 1}})
        good = executor.submit("gate", args | {"constraints": NO_BOUNDS})
        events = [executor.next_event() for _ in range(3)]
        assert [event and (event.job, event.kind) for event in events] == [
            (bad, "error"),
            (good, "done"),
            None,
        ]
        assert events[0].result["type"] == "TypeError"
        assert "Traceback" in events[0].result["traceback"]
        with pytest.raises(UserInputError):
            executor.run("gate", args | {"values": {"x": 1}, "constraints": NO_BOUNDS})
