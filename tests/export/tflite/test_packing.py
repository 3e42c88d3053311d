"""What is stripped of a file, and that nothing else changes."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from automl.compression.recipe import Recipe
from automl.compression.steps.quantize import Quantize
from automl.execution.jobs.gate import scatter_weights
from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze
from automl.export.tflite.packing import pack

RESOLVERS = (
    OpResolverType.AUTO,
    OpResolverType.BUILTIN_REF,
    OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
)
STEPS = {
    "float32": Quantize("float32"),
    "float16": Quantize("float16"),
    "dynamic_int8": Quantize(),
    "int8": Quantize(activations="int8", calibration_samples=16),
    "weight_int4": Quantize("int4", weight_only=True),
}


def convolutional():
    layers = keras.layers
    x = inputs = keras.Input((12, 12, 1), name="x")
    for width in (8, 16, 16):
        x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def recurrent():
    layers = keras.layers
    inputs = keras.Input((9, 3), name="x")
    x = layers.Bidirectional(layers.GRU(8, return_sequences=True))(inputs)
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(layers.LSTM(8)(x)))


def attentive():
    layers = keras.layers
    inputs = keras.Input((10,), dtype="int32", name="x")
    x = layers.Embedding(40, 16)(inputs)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 8)(x, x))
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))


def joined():
    """Returns a network whose options are 1 in one table and 1.0 in another."""
    layers = keras.layers
    inputs = keras.Input((6,), name="x")
    branches = [layers.Dense(24, activation=kind)(inputs) for kind in ("relu", "tanh")]
    x = layers.Concatenate(axis=1)(branches)
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(x))


MODELS = {
    "convolutional": convolutional,
    "recurrent": recurrent,
    "attentive": attentive,
    "joined": joined,
}


def made(name, seed=0):
    keras.utils.set_random_seed(seed)
    model = MODELS[name]()
    scatter_weights(model, seed)
    (given,) = model.inputs
    rng = np.random.default_rng(seed)
    shape = (16, *given.shape[1:])
    x = rng.integers(0, 40, shape) if given.dtype == "int32" else rng.normal(size=shape)
    return model, x.astype(given.dtype)


def content(name, kind, *, seed=0):
    model, x = made(name, seed)
    return convert(freeze(model), Recipe("mine", "", (STEPS[kind],)), x), x


CASES = [
    (name, kind)
    for name in MODELS
    for kind in STEPS
    if not (name == "recurrent" and kind == "int8")  # It cannot be converted.
]


def outputs(file, x, resolver):
    interpreter = Interpreter(
        model_content=file, num_threads=1, experimental_op_resolver_type=resolver
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    sink = interpreter.get_output_details()[0]["index"]
    found = []
    for example in x:
        interpreter.set_tensor(source, example[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(sink).copy())
    return np.concatenate(found)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_not_one_output_bit_changes(name, kind):
    plain, x = content(name, kind)
    packed = pack(plain)
    assert len(packed) < 0.95 * len(plain)
    for resolver in RESOLVERS:
        before, after = outputs(plain, x, resolver), outputs(packed, x, resolver)
        np.testing.assert_array_equal(before.view(np.uint32), after.view(np.uint32))


@pytest.mark.parametrize(
    ("name", "kind"), [("convolutional", "int8"), ("attentive", "int8"), ("recurrent", "float32")]
)
def test_the_bytes_depend_on_the_model_and_not_on_what_it_learned(name, kind):
    sizes = {len(pack(content(name, kind, seed=seed)[0])) for seed in range(4)}
    assert len(sizes) == 1


def test_packing_twice_changes_nothing_more():
    once = pack(content("convolutional", "int8")[0])
    assert pack(once) == once


def test_the_ends_keep_their_names():
    plain, _ = content("convolutional", "float32")
    before, after = (Interpreter(model_content=each) for each in (plain, pack(plain)))
    for find in ("get_input_details", "get_output_details"):
        names = [[end["name"] for end in getattr(each, find)()] for each in (before, after)]
        assert names[0] == names[1]
        assert all(names[0])


def test_metadata_of_others_and_signatures_stay():
    plain, x = content("convolutional", "float32")
    model = schema.ModelT.InitFromPackedBuf(bytearray(plain), 0)
    model.buffers.append(schema.BufferT(data=np.frombuffer(b"about this file", np.uint8)))
    model.metadata = [
        *(model.metadata or ()),
        schema.MetadataT(name="TFLITE_METADATA", buffer=len(model.buffers) - 1),
    ]
    graph = model.subgraphs[0]
    signature = schema.SignatureDefT(
        inputs=[schema.TensorMapT(name="x", tensorIndex=int(graph.inputs[0]))],
        outputs=[schema.TensorMapT(name="y", tensorIndex=int(graph.outputs[0]))],
        signatureKey="serving_default",
        subgraphIndex=0,
    )
    model.signatureDefs = [signature]
    from automl.export.tflite.sharing import SharingBuilder

    builder = SharingBuilder()
    builder.Finish(model.Pack(builder), b"TFL3")
    packed = pack(bytes(builder.Output()))
    found = schema.ModelT.InitFromPackedBuf(bytearray(packed), 0)
    texts = {each.name: found.buffers[each.buffer].data.tobytes() for each in found.metadata}
    assert texts == {b"TFLITE_METADATA": b"about this file"}
    runner = Interpreter(model_content=packed).get_signature_runner("serving_default")
    np.testing.assert_array_equal(runner(x=x[:1])["y"], outputs(plain, x[:1], OpResolverType.AUTO))


def test_large_constants_are_aligned():
    packed = pack(content("attentive", "float32")[0])
    whole = np.frombuffer(packed, np.uint8).__array_interface__["data"][0]
    model = schema.Model.GetRootAsModel(packed, 0)
    for number in range(model.BuffersLength()):
        data = model.Buffers(number).DataAsNumpy()
        if isinstance(data, np.ndarray) and len(data) >= 1024:
            assert (data.__array_interface__["data"][0] - whole) % 16 == 0


def test_a_file_with_constants_outside_is_left_alone():
    model = schema.ModelT.InitFromPackedBuf(bytearray(content("convolutional", "float32")[0]), 0)
    model.buffers[1].offset, model.buffers[1].size = 4096, 16
    import flatbuffers

    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    assert pack(bytes(builder.Output())) == bytes(builder.Output())
