"""The TFLite exporter. What every exporter must keep is in tests/contracts."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from automl.compression.recipes import DYNAMIC_INT8, FLOAT16, FLOAT32, INT8
from automl.errors import ConversionError
from automl.export.tflite.converting import convert
from automl.export.tflite.exporter import TFLiteExporter
from automl.export.tflite.freezing import freeze
from automl.testing import small_data, small_model

RECIPES = (FLOAT32, FLOAT16, DYNAMIC_INT8, INT8)


@pytest.fixture(scope="module")
def contents():
    frozen, images = freeze(small_model()), small_data(64)[0]
    return {recipe.name: convert(frozen, recipe, images) for recipe in RECIPES}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_takes_and_gives_float32_one_example_at_a_time(contents, recipe):
    interpreter = Interpreter(model_content=contents[recipe.name])
    (source,), (sink,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert (source["shape"].tolist(), source["dtype"]) == ([1, 8, 8, 1], np.float32)
    assert (sink["shape"].tolist(), sink["dtype"]) == ([1, 4], np.float32)


def kernels(content):
    """Returns the types of the constant tensors with more than one axis and some size."""
    interpreter = Interpreter(model_content=content)
    found = set()
    for each in interpreter.get_tensor_details():
        if len(each["shape"]) == 4 and np.prod(each["shape"]) == 72:
            found.add(np.dtype(each["dtype"]).name)
    return found


def test_weights_are_stored_as_the_recipe_says(contents):
    assert kernels(contents["float32"]) == {"float32"}
    assert "float16" in kernels(contents["float16"])
    assert kernels(contents["int8"]) == {"int8"}


def test_small_weights_stay_float_in_dynamic_range(contents):
    """TFLite leaves weights of fewer than 1,024 elements as they are."""
    assert kernels(contents["dynamic_int8"]) == {"float32"}


def test_less_precision_is_fewer_bytes():
    inputs = keras.Input((8, 8, 1))
    tensor = keras.layers.Flatten()(keras.layers.Conv2D(64, 5)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(10)(tensor))
    frozen, images = freeze(model), small_data(4)[0]
    sizes = {recipe.name: len(convert(frozen, recipe, images)) for recipe in RECIPES}
    assert sizes["float32"] > 1.7 * sizes["float16"] > 1.7 * 1.5 * sizes["int8"]
    assert sizes["dynamic_int8"] < sizes["float16"]


def test_batch_normalization_and_dropout_are_as_in_inference():
    inputs = keras.Input((8, 8, 1))
    tensor = keras.layers.Dropout(0.9)(keras.layers.BatchNormalization()(inputs))
    model = keras.Model(inputs, keras.layers.Flatten()(tensor))
    model.layers[1].set_weights([np.array([value], "float32") for value in (2.0, 1.0, 3.0, 4.0)])
    content = convert(freeze(model), FLOAT32, np.zeros((0, 8, 8, 1)))
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    images = small_data(1)[0]
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], images)
    interpreter.invoke()
    outputs = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    expected = (images - 3.0) / np.sqrt(4.001) * 2.0 + 1.0
    np.testing.assert_allclose(outputs, expected.reshape(1, -1), rtol=1e-5)


def test_no_more_calibration_is_used_than_the_recipe_asks_for():
    frozen, images = freeze(small_model()), small_data(64)[0]
    wild = np.concatenate([images[:8], images[8:] * 100])
    eight = INT8.with_calibration(8)
    assert convert(frozen, eight, wild) == convert(frozen, eight, images)
    assert convert(frozen, INT8, wild) != convert(frozen, INT8, images)


def recurrent(length):
    inputs = keras.Input((length, 3))
    model = keras.Model(inputs, keras.layers.LSTM(5)(inputs))
    return model, convert(freeze(model), FLOAT32, np.zeros((0, length, 3)))


def test_a_recurrent_layer_stays_a_loop_and_is_right():
    model, content = recurrent(12)
    assert len(recurrent(96)[1]) == pytest.approx(len(content), abs=200)
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    sequence = np.random.default_rng(0).normal(size=(1, 12, 3)).astype("float32")
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sequence)
    interpreter.invoke()
    outputs = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    np.testing.assert_allclose(outputs, model.predict(sequence, verbose=0), atol=1e-5)


def test_a_refusal_names_format_recipe_and_operator(tmp_path):
    import tensorflow as tf

    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Lambda(tf.math.igamma, arguments={"x": 1.0})(inputs))
    with pytest.raises(ConversionError, match=r"TFLite \(float32\) refuses the model: .*Igamma"):
        TFLiteExporter().export(model, FLOAT32, tmp_path, np.zeros((0, 4), "float32"))
