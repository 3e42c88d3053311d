"""What a training leaves in TensorFlow is given back."""

from __future__ import annotations

import gc

import keras
import numpy as np

from automl.execution.memory import _gradients, release


def graphs():
    """Returns how many graphs of training steps are alive."""
    gc.collect()
    found = [each for each in gc.get_objects() if type(each).__name__ == "FuncGraph"]
    return len([graph for graph in found if graph.name == "one_step_on_data"])


def train():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(np.zeros((8, 4)), np.zeros((8, 2)), epochs=1, verbose=0)
    return model


def test_no_graph_of_a_model_that_is_gone_stays():
    train()
    keras.backend.clear_session()
    release()
    before = graphs()
    for _ in range(2):
        train()
        keras.backend.clear_session()
    release()
    assert graphs() == before


def test_gradients_that_belong_to_no_graph_stay_and_training_goes_on():
    known = {name for name in _gradients() if not name.startswith("CustomGradient-")}
    assert "MatMul" in known  # An upgrade that moves the registry fails here.
    model = train()
    release()
    assert known <= _gradients().keys()
    model.fit(np.zeros((8, 4)), np.zeros((8, 2)), epochs=1, verbose=0)
    assert np.isfinite(model.evaluate(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0))
