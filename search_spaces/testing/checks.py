"""What holds for every model of every space, one check a function.

Each raises an AssertionError that says what is wrong. They are used by
`SpaceContract`, by the sweep over all spaces and by its benchmark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from search_spaces.space import SearchSpace
from search_spaces.testing.inputs import batch
from search_spaces.training.labels import one_hot, smoothed

#: Names of layers that end a model.
_ENDS = ("logits", "probabilities", "outputs")


def check_same_twice(space: SearchSpace, values: Mapping[str, Any], seed: int = 7) -> Any:
    """Builds the values twice: same configuration, same initial weights.

    Returns:
        The second model, compiled.
    """
    models = []
    for _ in range(2):
        keras.utils.set_random_seed(seed)
        models.append(space.build_from(values))
    first, second = models
    assert first.get_config() == second.get_config(), "built twice, the configurations differ"
    optimizers = [model.optimizer.get_config() for model in models]
    assert optimizers[0] == optimizers[1], f"built twice, the optimizers differ: {optimizers}"
    for one, other in zip(first.weights, second.weights, strict=True):
        same = np.array_equal(_array(one), _array(other), equal_nan=True)
        assert same, f"built twice from one seed, {one.path} differs"
    return second


def check_step(model: Any, space: SearchSpace, values: Mapping[str, Any], seed: int = 0) -> None:
    """Trains one step: the loss is finite, and every trainable weight changes."""
    inputs, targets = batch(space.signature, seed=seed)
    keras.utils.set_random_seed(seed)
    eager, model.run_eagerly = model.run_eagerly, True  # Tracing takes longer than one step.
    before = [_array(weight).copy() for weight in model.trainable_weights]
    labels = labels_for(space, values, targets)
    loss = model.train_on_batch(inputs, labels)[0]
    model.run_eagerly = eager
    assert np.isfinite(loss), f"the loss of the first step is {loss}"
    same = []
    for weight, old in zip(model.trainable_weights, before, strict=True):
        new = _array(weight)
        assert np.isfinite(new).all(), f"after one step, {weight.path} is not finite"
        if (new == old).all():
            same.append(weight.path)
    idle = set(same) - _reached(model, inputs, labels) if same else ()
    assert not idle, f"one step leaves {', '.join(sorted(idle))} as it was"


def _reached(model: Any, inputs: Any, labels: Any) -> set[str]:
    """Returns the paths of the weights that the loss depends on, be it by ever so little.

    Where random weights stand in for trained ones, gradients may be so small that a
    step is rounded away. Adam without an epsilon makes steps of one size of them all.
    """
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    twin.compile(keras.optimizers.Adam(1e-2, epsilon=1e-30), model.loss, run_eagerly=True)
    before = [_array(weight).copy() for weight in twin.trainable_weights]
    twin.train_on_batch(inputs, labels)
    moved = (
        bool((_array(weight) != old).any())
        for weight, old in zip(twin.trainable_weights, before, strict=True)
    )
    paths = (weight.path for weight in model.trainable_weights)
    return {path for path, has_moved in zip(paths, moved, strict=True) if has_moved}


def check_saving(model: Any, space: SearchSpace, path: Path) -> None:
    """Saves and loads in safe mode: the outputs are the same bit for bit."""
    inputs = batch(space.signature, 4)[0]
    model.save(path)
    loaded = keras.models.load_model(path, safe_mode=True)
    same = _text(loaded.get_config()) == _text(model.get_config())
    assert same, "loaded, the configuration differs"
    if model.optimizer is not None:
        expected = model.optimizer.get_config()
        assert loaded.optimizer.get_config() == expected, "loaded, the optimizer differs"
    difference = np.abs(answers(loaded, inputs) - answers(model, inputs)).max()
    assert difference == 0, f"loaded, the outputs differ by {difference:.2g}"


def answers(model: Any, inputs: Any) -> Any:
    """Returns what a model says to a batch, computed in the way that takes least time.

    Tracing a graph takes longer than calling the layers once, but recurrent layers
    that are called loop in Python.
    """
    layers = model._flatten_layers()
    if any(isinstance(layer, keras.layers.RNN) for layer in layers):
        return model.predict_on_batch(inputs)
    return _array(model(inputs, training=False))


def labels_for(space: SearchSpace, values: Mapping[str, Any], targets: Any) -> Any:
    """Returns targets as the loss of a configuration's recipe takes them."""
    recipe = space.recipe(values)
    if space.signature.target.kind != "classification" or not recipe.soft_labels:
        return targets
    return smoothed(one_hot(targets, space.signature.target.units), recipe.label_smoothing)


def _text(config: dict[str, Any]) -> str:
    """Writes a configuration as a file does, in which a tuple is a list."""
    return json.dumps(config, default=str)


def _array(weight: Any) -> Any:
    return keras.ops.convert_to_numpy(weight)


def check_answers(model: Any, space: SearchSpace) -> None:
    """Checks that a model maps raw inputs to what the target asks for."""
    target = space.signature.target
    inputs = batch(space.signature, 4)[0]
    outputs = keras.ops.convert_to_numpy(model(inputs))
    assert np.isfinite(outputs).all()
    names = [layer.name for layer in model.layers if layer.name in _ENDS]
    if target.kind == "reconstruction":
        assert outputs.shape == inputs.shape
        assert names == ["outputs"]
        return
    assert outputs.shape == (4, target.units)
    if target.kind == "regression":
        assert names == ["outputs"]
        return
    assert names == ["logits", "probabilities"]
    assert ((outputs >= 0) & (outputs <= 1)).all()
    if target.kind == "classification":
        np.testing.assert_allclose(outputs.sum(axis=1), 1.0, atol=1e-5)
