"""A reconstruction learns every column of a table, not the largest alone."""

from __future__ import annotations

import keras
import numpy as np

from search_spaces import SPACES, InputSpec, Signature, TargetSpec


def table():
    """Returns three columns of very different size that one hidden number explains."""
    hidden = np.random.default_rng(0).uniform(-2, 2, size=400)
    columns = np.stack([hidden, -hidden, np.sign(hidden)], 1)
    return (columns * (0.01, 1.0, 1000.0) + (0.0, 5.0, -3000.0)).astype("float32")


def test_small_columns_are_learned_too():
    x = table()
    spec = InputSpec("vector", (3,), mean=x.mean(0), std=x.std(0))
    space = SPACES.get("autoencoder")(Signature(spec, TargetSpec("reconstruction", 3)))
    keras.utils.set_random_seed(0)
    hp = space.hyperparameters()
    hp.values = space.first_guesses()[0]
    model = space.build(hp)
    history = space.fit(hp, model, x, x, epochs=40, validation_data=(x, x), verbose=0)
    unexplained = ((model.predict(x, verbose=0) - x) ** 2).mean(0) / x.var(0)
    assert unexplained.max() < 0.2, unexplained
    # The losses are in rescaled units, as if every column had a variance of one.
    assert min(history.history["val_loss"]) < 0.3
