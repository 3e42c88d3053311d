"""Other people's hypermodels: adapted, searched and sampled as they are."""

from __future__ import annotations

import random

import keras
import keras_tuner
import numpy as np
import pytest

from automl.testing.oracles import active
from automl.tuning.ask_tell import AskTell
from automl.tuning.oracles.bayesian import BayesianOracle
from search_spaces import InputSpec, Signature, TargetSpec, UserInputError
from search_spaces.foreign.held import hold, import_path
from search_spaces.making import make_space
from search_spaces.variation import crossover, mutate

SIGNATURE = Signature(InputSpec("vector", (6,)), TargetSpec("classification", 3))
HERE = f"{__name__}:build"


def model(tensor, inputs, metrics=("accuracy",), rate=1e-3):
    outputs = keras.layers.Dense(3, activation="softmax")(tensor)
    made = keras.Model(inputs, outputs)
    made.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=list(metrics)
    )
    return made


def build(hp):
    """Every kind of hyperparameter, a scope, and a loop that declares as it goes."""
    inputs = keras.Input((6,))
    tensor = inputs
    kind = hp.Choice("kind", ["plain", "wide"])
    with hp.conditional_scope("kind", ["wide"]):
        width = hp.Int("width", 16, 48, step=16)
        if kind == "wide":
            tensor = keras.layers.Dense(width, activation="relu")(tensor)
    for number in range(hp.Int("layers", 1, 3)):
        tensor = keras.layers.Dense(hp.Int(f"units_{number}", 4, 8, step=4))(tensor)
    if hp.Boolean("drop"):
        tensor = keras.layers.Dropout(hp.Float("rate", 0.1, 0.5))(tensor)
    hp.Fixed("version", 2)
    hp.Choice("batch_size", [8, 16])
    return model(tensor, inputs, rate=hp.Float("learning_rate", 1e-4, 1e-2, sampling="log"))


class OwnFit(keras_tuner.HyperModel):
    """A hypermodel that trains its own way, without the callbacks it is given."""

    def build(self, hp):
        inputs = keras.Input((6,))
        return model(keras.layers.Dense(hp.Choice("units", [4, 8]))(inputs), inputs)

    def fit(self, hp, model, *args, callbacks=(), **kwargs):
        model.fit(*args, batch_size=4, epochs=1, verbose=0)
        return {"val_accuracy": 0.5}


class NeedsArguments(OwnFit):
    def __init__(self, units):
        super().__init__()


def too_wide(hp):
    inputs = keras.Input((7,))
    return model(inputs, inputs)


def uncompiled(hp):
    inputs = keras.Input((6,))
    return keras.Model(inputs, keras.layers.Dense(3)(inputs))


def broken(hp):
    raise RuntimeError("no luck")


def always_broken(hp):
    hp.Choice("units", [4, 8])
    raise RuntimeError("no luck\nat all")


def stepped(hp):
    """A scope, and a loop that only its largest value makes complete."""
    inputs = tensor = keras.Input((6,))
    if hp.Boolean("more"):
        with hp.conditional_scope("more", [True]):
            hp.Choice("inner", [1, 2])
    for number in range(hp.Int("layers", 0, 10, step=5)):
        tensor = keras.layers.Dense(hp.Choice(f"units_{number}", [2, 3]))(tensor)
    hp.Float("share", 0.0, 0.5, step=0.1)
    return model(tensor, inputs)


@pytest.fixture(scope="module")
def space():
    return make_space([HERE], SIGNATURE)


def test_every_hyperparameter_is_found_as_it_was_declared(space):
    found = {each.name: type(each).__name__ for each in space.hyperparameters().space}
    assert found == {
        "kind": "Choice", "width": "Int", "layers": "Int", "units_0": "Int", "units_1": "Int",
        "units_2": "Int", "drop": "Boolean", "rate": "Float", "version": "Fixed",
        "batch_size": "Choice", "learning_rate": "Float",
    }  # fmt: skip


def test_samples_are_seeded_legal_and_conditional(space):
    samples = [space.sample(seed) for seed in range(20)]
    assert samples == [space.sample(seed) for seed in range(20)]
    assert {"width" in sample for sample in samples} == {True, False}
    for sample in samples:
        assert ("width" in sample) == (sample["kind"] == "wide")
        assert 1e-4 <= sample["learning_rate"] <= 1e-2
        assert space.canonical(sample) == sample


def test_the_canonical_form_has_what_is_active_only(space):
    sample = space.sample(0)
    noisy = {**sample, "kind": "plain", "width": 32}
    assert "width" not in space.canonical(noisy)
    with pytest.raises(UserInputError, match=r"no hyperparameter 'unit_0'. Did you mean 'units_0'"):
        space.canonical({"unit_0": 4})
    with pytest.raises(
        UserInputError, match=r"'units_0' lies between 4 and 8 in steps of 4. Received: 99"
    ):
        space.canonical({"units_0": 99})


def test_a_continuous_range_has_no_count(space):
    assert space.size() is None
    narrow = make_space([HERE], SIGNATURE, {"learning_rate": [0.001], "rate": [0.2]})
    assert narrow.size() == (1 + 3) * 3 * 2**3 * 2 * 2


def test_narrowed_hyperparameters_take_what_is_left():
    narrow = make_space([HERE], SIGNATURE, {"kind": ["wide"], "learning_rate": [0.001, 0.003]})
    samples = [narrow.sample(seed) for seed in range(10)]
    assert {sample["kind"] for sample in samples} == {"wide"}
    assert {sample["learning_rate"] for sample in samples} == {0.001, 0.003}
    with pytest.raises(UserInputError, match="lies between"):
        make_space([HERE], SIGNATURE, {"learning_rate": [5.0]}).sample(0)
    with pytest.raises(UserInputError, match="Did you mean 'kind'"):
        make_space([HERE], SIGNATURE, {"kinds": ["wide"]}).sample(0)


def test_the_models_are_the_authors(space):
    values = {**space.sample(1), "kind": "wide", "width": 48, "batch_size": 16}
    made = space.construct(space.architecture(values))
    assert next(layer.units for layer in made.layers if hasattr(layer, "units")) == 48
    assert float(made.optimizer.learning_rate) == pytest.approx(values["learning_rate"])
    assert space.batch_size(values) == 16
    assert space.batch_size({}) == 32


def test_the_first_guess_is_the_authors_default(space):
    (guess,) = space.first_guesses()
    assert guess["layers"] == 1
    assert guess["learning_rate"] == 1e-4


def test_oracles_cope_with_its_hyperparameters(space):
    oracle = AskTell(BayesianOracle, space.hyperparameters(), space.canonical, 0)
    asked = []
    for number in range(14):
        values = oracle.ask(number)
        asked.append(space.canonical(values))
        oracle.tell(number, values["learning_rate"])
    assert len({repr(values) for values in asked}) == 14
    assert asked[-1] == active(space.hyperparameters(), asked[-1])
    better = [values["learning_rate"] for values in asked]
    assert max(better[8:]) > max(better[:8]) * 0.9


class Seen(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.logs = []

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))


@pytest.fixture
def data():
    random = np.random.default_rng(0)
    return random.normal(size=(24, 6)).astype("float32"), random.integers(0, 3, 24)


def test_a_fit_of_its_own_is_used_and_judged_at_its_end(data):
    space = make_space([f"{__name__}:OwnFit"], SIGNATURE)
    hp = keras_tuner.HyperParameters()
    made, seen = space.build(hp), Seen()
    space.fit(hp, made, *data, epochs=9, validation_data=data, callbacks=[seen], seed=1, verbose=0)
    assert int(made.optimizer.iterations) == 6  # One epoch of batches of four.
    (logs,) = seen.logs
    assert {"val_loss", "val_accuracy"} <= set(logs)


def test_otherwise_it_is_trained_with_its_batch_size(data, space):
    hp = keras_tuner.HyperParameters()
    hp.values = {"batch_size": 8}
    made, seen = space.build(hp), Seen()
    space.fit(hp, made, *data, epochs=2, callbacks=[seen], seed=1, stopping=False, verbose=0)
    assert int(made.optimizer.iterations) == 6
    assert len(seen.logs) == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("too_wide", "one input of shape (6,)"),
        ("uncompiled", "must return a compiled model"),
        ("broken", "RuntimeError: no luck"),
        ("always_broken", "RuntimeError: no luck at all"),
        ("NeedsArguments", "made without arguments"),
        ("SIGNATURE", "of type Signature"),
        ("nobody", "cannot be loaded"),
    ],
)
def test_what_cannot_be_searched_is_named(name, words):
    with pytest.raises(UserInputError) as caught:
        make_space([f"{__name__}:{name}"], SIGNATURE).sample(0)
    assert words in str(caught.value)


def test_it_is_searched_alone():
    with pytest.raises(UserInputError, match="searched alone"):
        make_space([HERE, "mlp"], SIGNATURE)


def test_what_can_be_imported_has_a_path():
    assert import_path(build) == HERE
    assert import_path(OwnFit) == f"{__name__}:OwnFit"
    assert import_path(lambda hp: None) is None
    assert import_path(OwnFit()) is None


def test_what_cannot_is_held_in_this_process():
    entry = hold(lambda hp: build(hp))
    assert make_space([entry], SIGNATURE).sample(0)
    with pytest.raises(UserInputError, match="Put it in a module"):
        make_space(["here:gone"], SIGNATURE)


def test_two_that_are_called_the_same_are_both_held():
    one, other = lambda hp: build(hp), lambda hp: stepped(hp)
    entries = hold(one), hold(other)
    assert len(set(entries)) == 2
    assert entries == (hold(one), hold(other))
    assert "layers" in make_space([entries[1]], SIGNATURE).sample(0)


def test_steps_are_kept_and_values_are_the_spaces_own():
    space = make_space([f"{__name__}:stepped"], SIGNATURE)
    assert "units_9" in {each.name for each in space.hyperparameters().space}
    canonical = space.canonical({"layers": 5.0, "share": 0.1 + 0.2})
    assert type(canonical["layers"]) is int
    assert canonical == space.canonical(canonical)
    with pytest.raises(UserInputError, match="between 0 and 10 in steps of 5"):
        space.canonical({"layers": 3})


def test_a_child_keeps_what_it_inherits_of_a_continuous_range(space):
    values = space.sample(3)
    rng = random.Random(0)
    assert crossover(space, values, values, rng) == values
    kept = [mutate(space, values, rng)["learning_rate"] for _ in range(20)]
    assert kept.count(values["learning_rate"]) > 10


def test_loops_are_no_matter_for_full_int8():
    def recurrent(hp):
        inputs = keras.Input((8, 2))
        return model(keras.layers.GRU(hp.Choice("units", [4, 8]))(inputs), inputs)

    series = Signature(InputSpec("series", (8, 2)), TargetSpec("classification", 3))
    space = make_space([hold(recurrent)], series)
    assert list(space.unsupported(space.sample(0))) == ["int8"]
