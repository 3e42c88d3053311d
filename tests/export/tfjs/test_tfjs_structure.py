"""What the files look like: fused, deduplicated, sharded, named, the same every time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from automl.compression.recipes import INT8
from automl.errors import ConversionError, VerificationError
from automl.export.tfjs.exporter import TFJSExporter
from automl.verify.tfjs_node import TFJSCPURuntime, TFJSWasmRuntime

L = keras.layers
Export = Callable[..., Path]
Randomize = Callable[..., Any]


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def operators(path: Path) -> Counter[str]:
    return Counter(node["op"] for node in read(path)["modelTopology"]["node"])


def conv_bn_relu() -> Any:
    x = inputs = keras.Input((8, 8, 3), name="image")
    for _ in range(2):
        x = L.Conv2D(4, 3, padding="same", use_bias=False)(x)
        x = L.ReLU()(L.BatchNormalization()(x))
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, L.Dense(3, activation="softmax", name="probabilities")(x))


def test_batch_normalization_and_activation_are_part_of_the_convolution(
    randomize: Randomize, export: Export
) -> None:
    found = operators(export(randomize(conv_bn_relu())))
    assert found["_FusedConv2D"] == 2
    assert found["_FusedMatMul"] == 1
    assert not {"Mul", "AddV2", "BiasAdd", "Conv2D", "Relu", "Rsqrt"} & set(found)


def test_the_signature_has_the_names_of_keras(randomize: Randomize, export: Export) -> None:
    document = read(export(randomize(conv_bn_relu())))
    image = document["signature"]["inputs"]["image"]
    assert image["name"] == "image:0"
    assert image["dtype"] == "DT_FLOAT"
    assert [d["size"] for d in image["tensorShape"]["dim"]] == ["-1", "8", "8", "3"]
    assert list(document["signature"]["outputs"]) == ["probabilities"]
    assert document["format"] == "graph-model"
    assert {"generatedBy", "convertedBy"} <= set(document)
    names = [node["name"] for node in document["modelTopology"]["node"]]
    assert len(names) == len(set(names))
    assert all(len(n) <= 2 for n in names if n not in ("image", "probabilities"))


def test_several_inputs_and_outputs_keep_their_names_and_order(export: Export) -> None:
    a, b = keras.Input((4,), name="zebra"), keras.Input((4,), name="ant")
    total = L.Add(name="total")([a, b])
    model = keras.Model([a, b], [total, L.Subtract(name="gap")([a, b])])
    signature = read(export(model))["signature"]
    assert list(signature["inputs"]) == ["zebra", "ant"]
    assert list(signature["outputs"]) == ["total", "gap"]


def test_named_inputs_of_a_dictionary_are_not_mixed_up(export: Export) -> None:
    a, b = keras.Input((2,), name="zebra"), keras.Input((3,), name="ant")
    model = keras.Model({"zebra": a, "ant": b}, {"out": L.Concatenate(name="joined")([a, b])})
    inputs = read(export(model))["signature"]["inputs"]
    sizes = {name: info["tensorShape"]["dim"][1]["size"] for name, info in inputs.items()}
    assert sizes == {"zebra": "2", "ant": "3"}


def test_an_output_may_have_the_name_of_an_input(export: Export) -> None:
    x = keras.Input((4,), name="x")
    path = export(keras.Model(x, x))
    signature = read(path)["signature"]
    assert list(signature["inputs"]) == ["x"]
    assert list(signature["outputs"]) != ["x"]
    data = np.array([[-1.0, 2.0, -3.0, 4.0]], np.float32)
    assert TFJSCPURuntime().run(path, data).outputs.tolist() == data.tolist()


@pytest.mark.parametrize("build", [conv_bn_relu], ids=["cnn"])
def test_the_same_model_gives_the_same_bytes(
    build: Callable[[], Any], randomize: Randomize, export: Export
) -> None:
    model = randomize(build())
    first, second = export(model, "first"), export(model, "second")
    files = sorted(p.name for p in first.parent.iterdir())
    assert files == sorted(p.name for p in second.parent.iterdir())
    for name in files:
        assert (first.parent / name).read_bytes() == (second.parent / name).read_bytes(), name


def test_equal_constants_are_stored_once(randomize: Randomize, export: Export) -> None:
    inputs = keras.Input((12, 3))
    model = randomize(keras.Model(inputs, L.LSTM(8)(inputs)))
    path = export(model)
    weights = read(path)["weightsManifest"][0]["weights"]
    size = sum(p.stat().st_size for p in path.parent.glob("*.bin"))
    parameters = 4 * sum(int(np.prod(w.shape)) for w in model.weights)
    assert len(weights) < 15
    assert size < parameters + 200
    assert not {"While", "StatelessWhile"} & set(operators(path))


def test_unrolling_leaves_the_model_as_it_was(export: Export) -> None:
    inputs = keras.Input((4, 3))
    layer = L.GRU(2)
    model = keras.Model(inputs, layer(inputs))
    before = (layer.unroll, layer.use_cudnn)
    export(model)
    assert (layer.unroll, layer.use_cudnn) == before


def test_large_weights_are_cut_into_shards_of_4_mib(
    randomize: Randomize, export: Export, tmp_path: Path
) -> None:
    inputs = keras.Input((1500,), name="x")
    model = randomize(keras.Model(inputs, L.Dense(1500)(inputs)))
    path = export(model)
    group = read(path)["weightsManifest"][0]
    sizes = [(path.parent / name).stat().st_size for name in group["paths"]]
    assert sizes == [4 * 1024 * 1024, 4 * 1024 * 1024, 4 * 1501 * 1500 - 8 * 1024 * 1024]
    assert group["paths"][0] == "group1-shard1of3.bin"
    data = np.random.default_rng(0).normal(size=(2, 1500)).astype(np.float32)
    outputs = TFJSWasmRuntime().run(path, data).outputs
    np.testing.assert_allclose(outputs, model(data), atol=1e-4)


def test_half_precision_weights_are_half_as_large_and_close(
    randomize: Randomize, export: Export
) -> None:
    model = randomize(conv_bn_relu())
    full, half = export(model, "full"), export(model, "half", "float16")
    entries = read(half)["weightsManifest"][0]["weights"]
    assert any(e.get("quantization") == {"dtype": "float16"} for e in entries)
    bytes_of = [sum(p.stat().st_size for p in f.parent.glob("*.bin")) for f in (full, half)]
    assert bytes_of[1] < 0.6 * bytes_of[0]
    data = np.random.default_rng(0).normal(size=(3, 8, 8, 3)).astype(np.float32)
    for runtime in (TFJSCPURuntime(), TFJSWasmRuntime()):
        difference = np.abs(runtime.run(half, data).outputs - np.asarray(model(data))).max()
        assert 0 < difference < 5e-3


@pytest.mark.parametrize(
    ("stored", "share", "error"), [("uint16", 0.6, 1e-3), ("uint8", 0.35, 0.1)]
)
def test_kernels_in_steps_are_smaller_and_close(
    stored: str, share: float, error: float, randomize: Randomize, export: Export
) -> None:
    inputs = keras.Input((40,), name="x")
    model = randomize(keras.Model(inputs, L.Dense(30)(L.Dense(50, activation="relu")(inputs))))
    full, small = export(model, "full"), export(model, "small", stored)
    entries = read(small)["weightsManifest"][0]["weights"]
    steps = [entry["quantization"] for entry in entries if "quantization" in entry]
    assert [each["dtype"] for each in steps] == [stored] * 2, "biases stay as they are"
    bytes_of = [sum(p.stat().st_size for p in f.parent.glob("*.bin")) for f in (full, small)]
    assert bytes_of[1] < share * bytes_of[0]
    data = np.random.default_rng(0).normal(size=(3, 40)).astype(np.float32)
    difference = np.abs(TFJSWasmRuntime().run(small, data).outputs - np.asarray(model(data))).max()
    assert 0 < difference < error


def test_one_hot_of_a_single_number(export: Export) -> None:
    inputs = keras.Input((1,), dtype="int32", name="x")
    model = keras.Model(inputs, L.CategoryEncoding(5, output_mode="one_hot")(inputs))
    data = np.array([[0], [3], [4]], np.int32)
    outputs = TFJSWasmRuntime().run(export(model), data).outputs
    np.testing.assert_array_equal(outputs, np.asarray(model(data)))


def test_zero_is_a_step_of_its_own(export: Export) -> None:
    inputs = keras.Input((20,), name="x")
    model = keras.Model(inputs, L.Dense(10, use_bias=False)(inputs))
    kernel = np.random.default_rng(0).uniform(-0.3, 0.9, (20, 10)).astype("float32")
    kernel[:, ::2] = 0
    model.set_weights([kernel])
    data = np.ones((1, 20), np.float32)
    outputs = TFJSCPURuntime().run(export(model, "m", "uint8"), data).outputs
    assert outputs[0, ::2].tolist() == [0.0] * 5


def test_more_steps_than_a_page_should_load_are_refused(export: Export, tmp_path: Path) -> None:
    inputs = keras.Input((900, 3))
    tensor = L.Bidirectional(L.GRU(4, return_sequences=True), name="both")(inputs)
    with pytest.raises(ConversionError) as caught:
        export(keras.Model(inputs, tensor))
    for word in ("1,800 unrolled steps", "operators", "MB of model.json", "TFLite, which keeps"):
        assert word in str(caught.value)
    assert not list((tmp_path / "model").iterdir())


def test_changed_weights_do_not_pass(randomize: Randomize, export: Export) -> None:
    path = export(randomize(conv_bn_relu()))
    shard = next(path.parent.glob("*.bin"))
    content = bytearray(shard.read_bytes())
    content[40] ^= 1
    shard.write_bytes(content)
    with pytest.raises(VerificationError, match="SHA-256"):
        TFJSCPURuntime().run(path, np.zeros((1, 8, 8, 3), np.float32))


def test_a_recipe_that_the_format_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="'int8'"):
        TFJSExporter().export(conv_bn_relu(), INT8, tmp_path, np.zeros((1, 8, 8, 3)))
    assert not list(tmp_path.iterdir())


def test_a_model_without_known_inputs_is_refused(export: Export) -> None:
    class Custom(keras.Model):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x

    with pytest.raises(ConversionError, match="functional or sequential"):
        export(Custom())


def test_a_lookup_table_is_refused(export: Export) -> None:
    inputs = keras.Input((3,), dtype="int32")
    model = keras.Model(inputs, L.IntegerLookup(vocabulary=[3, 4, 5], name="ids")(inputs))
    with pytest.raises(ConversionError, match=r"preprocessing|another layer"):
        export(model)


def test_sequential_and_nested_models(randomize: Randomize, export: Export) -> None:
    inner = keras.Sequential([keras.Input((6,)), L.Dense(4, activation="relu")], name="inner")
    model = randomize(keras.Sequential([keras.Input((6,), name="x"), inner, L.Dense(2, name="y")]))
    data = np.random.default_rng(0).normal(size=(3, 6)).astype(np.float32)
    path = export(model)
    assert list(read(path)["signature"]["inputs"]) == ["x"]
    assert list(read(path)["signature"]["outputs"]) == ["y"]
    np.testing.assert_allclose(TFJSCPURuntime().run(path, data).outputs, model(data), atol=1e-5)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (
            lambda x: L.Discretization(bin_boundaries=[0.0, 1.0], name="bins")(x),
            ("'Bucketize'", "'bins'", "preprocessing"),
        ),
        (
            lambda x: L.LSTM(2, name="memory")(x),
            ("'memory'", "fixed sequence length"),
        ),
        (
            lambda x: L.MelSpectrogram(fft_length=64, sequence_stride=32, name="mel")(x),
            ("'RFFT'", "'mel'", "STFTSpectrogram"),
        ),
        (
            lambda x: L.Conv2D(4, 3, data_format="channels_first", name="conv")(x),
            ("channels last", "'conv'"),
        ),
    ],
    ids=["operator", "open_length", "complex", "channels_first"],
)
def test_what_tfjs_cannot_run_is_refused_before_a_file_is_written(
    build: Callable[[Any], Any], words: tuple[str, ...], export: Export, tmp_path: Path
) -> None:
    shapes = {"LSTM": (None, 3), "Mel": (256,), "Conv2D": (3, 8, 8)}
    names = build.__code__.co_names
    shape = next((s for key, s in shapes.items() if any(key in n for n in names)), (5,))
    inputs = keras.Input(shape)
    with pytest.raises(ConversionError) as caught:
        export(keras.Model(inputs, build(inputs)))
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message
    assert not list((tmp_path / "model").iterdir())
