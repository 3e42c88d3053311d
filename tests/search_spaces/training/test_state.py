"""A fit that is paused and gone on with ends where an uninterrupted one does."""

from __future__ import annotations

import itertools

import keras
import numpy as np
import pytest

from search_spaces.errors import UserInputError
from search_spaces.signature import InputSpec, Signature, TargetSpec
from search_spaces.training.augmentation.record import Augmentation
from search_spaces.training.compiling import compile_model
from search_spaces.training.fitting import fit
from search_spaces.training.recipe import Recipe
from search_spaces.training.state import restore, state_of

SIGNATURE = Signature(
    InputSpec("image", (6, 6, 1), low=0.0, high=1.0), TargetSpec("classification", 3)
)
RNG = np.random.default_rng(0)
X = RNG.uniform(size=(50, 6, 6, 1)).astype("float32")
Y = (X.mean(axis=(1, 2, 3)) * 300 % 3).astype("int64")
WEIGHTS = RNG.uniform(0.5, 2.0, 50).astype("float32")
EPOCHS = 5

RECIPES = {
    **{f"{name}, decay": Recipe(optimizer=name, weight_decay=1e-3) for name in ("adamw", "lion")},
    "momentum, one cycle": Recipe(optimizer="sgd", schedule="one_cycle", learning_rate=0.05),
    "warm-up, clipping": Recipe(schedule="cosine", warmup=0.3, clip_norm=1.0),
    "constant": Recipe(optimizer="rmsprop", schedule="constant"),
    "smoothed": Recipe(label_smoothing=0.1),
    "augmented": Recipe(
        optimizer="adamw", augmentation=Augmentation(noise=0.1, mixup=0.3, flip="both", shift=0.1)
    ),
}


class InParts:
    """Examples that are read part by part."""

    in_parts = True

    def __init__(self, data):
        self._data, self.shape, self.dtype = data, data.shape, data.dtype

    def __len__(self):
        return len(self._data)

    def __getitem__(self, index):
        return self._data[index]

    def take(self, positions):
        return InParts(self._data[positions])


def model_of(recipe, signature=SIGNATURE):
    keras.utils.set_random_seed(7)
    inputs = keras.Input(signature.input.shape)
    tensor = keras.layers.Conv2D(4, 3, name="c")(inputs)
    tensor = keras.layers.BatchNormalization(name="n")(tensor)
    tensor = keras.layers.SpatialDropout2D(0.3, name="s")(keras.ops.relu(tensor))
    tensor = keras.layers.GaussianNoise(0.1, name="g")(keras.layers.Flatten(name="f")(tensor))
    tensor = keras.layers.Dropout(0.3, name="d")(tensor)
    units = signature.target.units
    model = keras.Model(inputs, keras.layers.Dense(units, activation="softmax", name="o")(tensor))
    compile_model(model, recipe, signature)
    model.steps_per_execution = 2
    return model


def trained(model, recipe, begin, end, x=X, weights=None):
    np.random.rand(3)  # What somebody else draws must not matter.
    fit(
        model, recipe, SIGNATURE, x, Y, batch_size=16, epochs=EPOCHS, initial_epoch=begin,
        until=end, seed=3, stopping=False, sample_weight=weights, verbose=0,
    )  # fmt: skip
    return model


def kept(model, tmp_path):
    """Returns a model's state after it went through a file."""
    np.savez(tmp_path / "state.npz", allow_pickle=False, **state_of(model))
    with np.load(tmp_path / "state.npz", allow_pickle=False) as file:
        return dict(file)


@pytest.mark.parametrize(("place", "name"), list(enumerate(RECIPES)))
def test_parts_make_a_whole(tmp_path, place, name):
    recipe = RECIPES[name]
    data = {"x": InParts(X), "weights": WEIGHTS} if place % 2 else {}
    whole = trained(model_of(recipe), recipe, 0, None, **data)
    model, pauses = model_of(recipe), [0, 1, 3, EPOCHS] if place < 2 else [0, 2, EPOCHS]
    for begin, end in itertools.pairwise(pauses):
        trained(model, recipe, begin, end, **data)
        state = kept(model, tmp_path)
        model = model_of(recipe)
        restore(model, state)
    for one, other in zip(whole.variables, model.variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=0, atol=1e-6, err_msg=one.path)
    moments = zip(whole.optimizer.variables, model.optimizer.variables, strict=True)
    for one, other in moments:
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=0, atol=1e-6, err_msg=one.path)


def test_a_fit_that_is_gone_on_with_wrongly_ends_elsewhere():
    """That the test above can fail: without the optimizer's state it does."""
    recipe = RECIPES["constant"]
    whole = trained(model_of(recipe), recipe, 0, None)
    first = trained(model_of(recipe), recipe, 0, 3)
    other = model_of(recipe)
    other.set_weights(first.get_weights())
    trained(other, recipe, 3, EPOCHS)
    pairs = zip(whole.get_weights(), other.get_weights(), strict=True)
    assert max(np.abs(a - b).max() for a, b in pairs) > 1e-3


def test_every_epoch_of_arrays_has_an_order_of_its_own():
    """The same weights after two epochs whether or not others came before would be chance."""
    recipe = Recipe(schedule="constant")
    one, other = (trained(model_of(recipe), recipe, begin, begin + 1) for begin in (0, 1))
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    assert any((a != b).any() for a, b in pairs)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_what_is_kept_is_read_back_without_code(tmp_path, optimizer):
    recipe = Recipe(optimizer=optimizer, weight_decay=1e-3 if optimizer != "adam" else 0.0)
    state = kept(trained(model_of(recipe), recipe, 0, 1), tmp_path)
    other = model_of(recipe)
    restore(other, state)
    again = state_of(other)
    assert state.keys() == again.keys()
    for name, array in state.items():
        np.testing.assert_array_equal(array, again[name], err_msg=name)


def test_the_generators_go_on_too(tmp_path):
    recipe = Recipe()
    state = kept(model_of(recipe), tmp_path)
    drawn = np.random.rand(4)
    restore(model_of(recipe), state)
    np.testing.assert_array_equal(np.random.rand(4), drawn)


def test_the_state_of_another_model_is_refused():
    recipe = Recipe(optimizer="sgd")
    state = state_of(model_of(Recipe(optimizer="adam")))
    with pytest.raises(UserInputError, match="state of the same model"):
        restore(model_of(recipe), state)
