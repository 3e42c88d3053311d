"""Integers: which operators stay float, by whose wish, and what the ends hold."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from automl.compression.recipe import Recipe
from automl.compression.steps.pack import Pack
from automl.compression.steps.quantize import Quantize
from automl.compression.suited_recipe import searched_layers
from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze
from automl.preprocessing.base import Front
from automl.preprocessing.graft import graft
from automl.verify.litert import run_tflite

INT8 = Quantize(activations="int8", calibration_samples=64)


def recipe(**values):
    record = INT8.to_dict() | values
    del record["step"]
    return Recipe("mine", "", (Quantize.from_dict(record), Pack()))


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).normal(size=(96, 10)).astype("float32")


@pytest.fixture(scope="module")
def model():
    """Returns a model with one layer whose values no eight bits can hold."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    inputs = keras.Input((10,), name="x")
    wide = layers.Dense(24, activation="relu", name="first")(inputs)
    fragile = layers.Dense(24, name="fragile")
    y = fragile(wide)
    # A few huge channels that the next layer weighs down: one scale for all loses the rest.
    scale = np.where(np.arange(24) % 8, 1.0, 3000.0).astype("float32")
    fragile.kernel.assign(fragile.kernel * scale)
    last = layers.Dense(4, activation="softmax", name="last")
    outputs = last(y)
    last.kernel.assign(4 * last.kernel / scale[:, None])
    return keras.Model(inputs, outputs)


def error(model, content, x):
    reference = model.predict(x, verbose=0)
    return float(np.abs(run_tflite(content, x).outputs - reference).mean())


def float_kernels(content):
    """Returns the sizes of the kernels that a file holds in float32."""
    found = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
    return {
        tensor.shape.prod().item()
        for tensor in found.subgraphs[0].tensors
        if tensor.type == 0 and found.buffers[tensor.buffer].data is not None
        if len(tensor.shape) > 1
    }


def test_a_layer_named_stays_float(model, x):
    frozen = freeze(model)
    assert not float_kernels(convert(frozen, recipe(), x))
    assert float_kernels(convert(frozen, recipe(keep_float=["last"]), x)) == {24 * 4}


def test_what_loses_most_is_found_and_stays_float(model, x):
    frozen = freeze(model)
    plain, mixed = (convert(frozen, recipe(float_share=share), x) for share in (0.0, 0.8))
    assert error(model, mixed, x) < 0.2 * error(model, plain, x)
    # What is between these two is what eight bits cannot hold; the rest is in int8.
    assert float_kernels(mixed) == {24 * 24, 24 * 4}
    nothing = convert(frozen, recipe(float_share=0.01), x)
    assert not float_kernels(nothing)


def test_outliers_are_left_out_of_the_ranges(model, x):
    given = x.copy()
    given[0, 0] = 500.0
    plain = convert(freeze(model), recipe(), given)
    clipped = convert(freeze(model), recipe(calibration="percentile", percentile=99.5), given)
    scales = [Interpreter(model_content=each).get_tensor_details()[1:] for each in (plain, clipped)]
    widest = [
        max(float(t["quantization"][0]) for t in details if t["dtype"] is np.int8)
        for details in scales
    ]
    assert widest[1] < 0.5 * widest[0]


def test_ends_of_integers_say_the_same(model, x):
    content = convert(freeze(model), recipe(io="int8"), x)
    interpreter = Interpreter(model_content=content)
    (source,), (sink,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert (source["dtype"], sink["dtype"]) == (np.int8, np.int8)
    same = run_tflite(convert(freeze(model), recipe(), x), x).outputs
    np.testing.assert_allclose(run_tflite(content, x).outputs, same, atol=1e-6)


def test_sixteen_bits_of_activations_lose_less(model, x):
    files = [convert(freeze(model), recipe(activations=each), x) for each in ("int16", "int8")]
    errors = [error(model, each, x) for each in files]
    assert errors[0] < 0.5 * errors[1]


@pytest.mark.parametrize("bits", ["int8", "int4"])
def test_kernels_alone_are_stored_in_few_bits(bits, capfd):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((64,), name="x")
    hidden = keras.layers.Dense(64, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(8)(hidden))
    x = np.random.default_rng(0).normal(size=(8, 64)).astype("float32")
    plain = convert(freeze(model), Recipe("plain", ""), x)
    few = convert(freeze(model), Recipe("few", "", (Quantize(bits, weight_only=True), Pack())), x)
    assert len(few) < {"int8": 0.45, "int4": 0.3}[bits] * len(plain)
    assert error(model, few, x) < {"int8": 0.02, "int4": 0.2}[bits]
    assert capfd.readouterr().out == ""  # Standard output is for results.


class Sums(Front):
    """A front of a layer and of operations."""

    name = "sums"
    raw_shape = (6,)

    def apply(self, inputs):
        both = keras.layers.Dense(3, use_bias=False, name="sums")(inputs)
        return keras.ops.concatenate([both, keras.ops.square(both)], axis=-1)


def test_integers_begin_behind_the_front():
    given = keras.Input((6,), name="x")
    body = keras.Model(given, keras.layers.Dense(2, name="hidden")(keras.ops.multiply(given, 2.0)))
    whole = graft(body, Sums(), None)
    assert searched_layers(body) == searched_layers(whole) == {"hidden"}
    x = np.random.default_rng(0).normal(size=(64, 6)).astype("float32")
    content = convert(freeze(whole), recipe(begin=["hidden"]), x)
    found = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
    codes = [each.deprecatedBuiltinCode for each in found.operatorCodes]
    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    order = [names[codes[each.opcodeIndex]] for each in found.subgraphs[0].operators]
    # Both products are of a kernel; integers begin right before the second.
    assert order.index("QUANTIZE") == len(order) - 3
    assert order[-2:] == ["FULLY_CONNECTED", "DEQUANTIZE"]
    assert float_kernels(content) == {18}


def test_what_is_added_to_a_residual_has_a_range_of_its_own():
    """The calibration alone gives it the range of the sum, which is written over it."""
    inputs = keras.Input((8, 8, 4), name="x")
    large = keras.layers.Conv2D(4, 3, padding="same", name="large")(inputs)
    branch = keras.layers.Conv2D(4, 3, padding="same", name="small")(large)
    model = keras.Model(inputs, keras.layers.Add()([large, branch]))
    kernel = model.get_layer("small").kernel
    kernel.assign(kernel * 0.02)
    x = np.random.default_rng(0).normal(size=(16, 8, 8, 4)).astype("float32")
    values = np.abs(keras.Model(inputs, branch).predict(x, verbose=0)).max()
    content = convert(freeze(model), recipe(), x)
    graph = schema.ModelT.InitFromPackedBuf(bytearray(content), 0).subgraphs[0]
    scales = [each.quantization.scale for each in graph.tensors if each.quantization is not None]
    steps = [float(scale[0]) for scale in scales if scale is not None and len(scale) == 1]
    assert min(steps) < 2.5 * values / 255
