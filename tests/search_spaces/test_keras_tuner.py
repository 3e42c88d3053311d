"""A space is a hypermodel that KerasTuner searches as it is."""

from __future__ import annotations

import importlib.util
import sys
import types

import keras_tuner
import pytest

from search_spaces import SPACES
from search_spaces.testing import batch, classification_of

SIGNATURE = classification_of("image 8x8x1")


@pytest.fixture(autouse=True)
def tensorboard(monkeypatch):
    """KerasTuner imports tensorboard on the TensorFlow backend; nothing here uses it."""
    if importlib.util.find_spec("tensorboard") is None:
        names = ("tensorboard", "tensorboard.plugins", "tensorboard.plugins.hparams")
        for name in names:
            monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        monkeypatch.setattr(sys.modules[names[2]], "api", None, raising=False)


@pytest.mark.parametrize(
    "tuner_class", [keras_tuner.RandomSearch, keras_tuner.BayesianOptimization]
)
def test_searches_as_it_is(tuner_class, tmp_path):
    space = SPACES.get("cnn")(
        SIGNATURE, choices={"stages": [1], "depth": [1], "width": [8, 12, 16]}
    )
    inputs, labels = batch(SIGNATURE, 32)
    tuner = tuner_class(
        space, objective="val_accuracy", max_trials=2, seed=1, directory=tmp_path, project_name="t"
    )
    tuner.search(inputs, labels, epochs=1, validation_data=(inputs, labels), verbose=0)
    trials = tuner.oracle.get_best_trials(2)
    assert len(trials) == 2
    for trial in trials:
        assert trial.score is not None
        values = trial.hyperparameters.values
        assert space.canonical(values).items() <= values.items()


def test_declares_without_building_a_model_per_branch(tmp_path, monkeypatch):
    space_class = SPACES.get("cnn")
    built = []
    construct = space_class.construct
    monkeypatch.setattr(
        space_class, "construct", lambda self, arch: built.append(arch) or construct(self, arch)
    )
    space = space_class(SIGNATURE)
    tuner = keras_tuner.RandomSearch(space, objective="val_loss", directory=tmp_path)
    names = [each.name for each in tuner.oracle.get_space().space]
    assert names == [each.name for each in space.hyperparameters().space]
    assert len(built) == 1


def test_fit_uses_the_batch_size_of_the_configuration():
    space = SPACES.get("cnn")(SIGNATURE, choices={"batch_size": [16]})
    given = {}

    class Model:
        def fit(self, x, *_args, **kwargs):
            given.update(kwargs, x=x)

    inputs, labels = batch(SIGNATURE, 32)
    hp = space.hyperparameters()
    space.fit(hp, Model(), inputs, labels)
    assert len(given["x"]) == 2
    space.fit(hp, Model(), inputs, labels, batch_size=8)
    assert len(given["x"]) == 4
    given.clear()
    space.fit(hp, Model(), iter([]))
    assert "batch_size" not in given
