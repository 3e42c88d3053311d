"""Puts front and tail on a searched model, so that one file does it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.preprocessing.base import Front, Tail

if TYPE_CHECKING:
    import keras
    import numpy as np

#: Name of the input of every model; `search_spaces.layers.ends` calls it so, too.
INPUT = "x"
#: What the names of a front's operations begin with, those of its layers aside.
FRONT = "front_"
#: Examples that a front works on at a time.
BATCH = 256


def graft(model: keras.Model, front: Front | None, tail: Tail | None) -> keras.Model:
    """Returns one flat functional model: front, the searched layers, tail.

    The searched layers keep their names and weights; they are the model's own,
    not copies.

    Args:
        model: A functional model of one input.
        front: Turns raw examples into the model's input; None for none.
        tail: Turns the model's output into an answer; None for none.
    """
    import keras

    if front is None and tail is None:
        return model
    if front is None:
        (inputs,) = model.inputs
        features, outputs = inputs, model.output
    else:
        inputs = keras.Input(front.raw_shape, dtype=front.raw_dtype, name=INPUT)
        features = front.apply(inputs)
        _name_front(keras.Model(inputs, features))
        outputs = _called_on(model, features)
    if tail is not None:
        outputs = tail.apply(features, outputs)
    return keras.Model(inputs, outputs, name=model.name)


def _name_front(front: keras.Model) -> None:
    """Numbers a front's operations, so that they can be told from the searched ones."""
    import keras

    for number, operation in enumerate(front.operations):
        if not isinstance(operation, keras.layers.Layer):
            operation.name = f"{FRONT}{number}"


def _called_on(model: keras.Model, tensor: Any) -> Any:
    """Returns the output of a model's own layers on another tensor, without nesting the model."""
    import keras

    last = model.output._keras_history.operation
    found: list[Any] = []

    def call(operation: Any, *args: Any, **options: Any) -> Any:
        result = operation(*args, **options)
        if operation is last:
            found.append(result)
        return result

    # What it returns begins at a new input: `keras.Model` cuts the graph there.
    keras.models.clone_model(
        model, input_tensors=tensor, clone_function=lambda layer: layer, call_function=call
    )
    return found[-1]


def features_of(front: Front | None, x: Any) -> np.ndarray:
    """Returns raw examples as a searched model sees them, count x space input shape."""
    import keras
    import numpy as np

    if front is None:
        return np.asarray(x)
    inputs = keras.Input(front.raw_shape, dtype=front.raw_dtype, name=INPUT)
    model = keras.Model(inputs, front.apply(inputs))
    done = [
        keras.ops.convert_to_numpy(model.predict_on_batch(np.asarray(x[at : at + BATCH])))
        for at in range(0, len(x), BATCH)
    ]
    return np.concatenate(done)
