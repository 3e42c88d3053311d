"""SavedModel, .keras, ONNX and C arrays. What every exporter must keep is in tests/contracts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from automl.errors import ConversionError
from automl.export.keras_file import KerasExporter
from automl.export.micro.arena import estimated, is_installed
from automl.export.micro.exporter import MicroExporter
from automl.export.micro.operators import KNOWN, method, unknown
from automl.export.micro.source import content_of, source
from automl.export.onnx.exporter import OnnxExporter
from automl.export.saved_model.exporter import SavedModelExporter
from automl.registry import RECIPES
from automl.testing import small_data, small_model

L = keras.layers
FLOAT32 = RECIPES.get("float32")
NOTHING = np.zeros((0,))


def made(build: Any, shape: tuple[int, ...], dtype: str = "float32") -> keras.Model:
    inputs = keras.Input(shape, dtype=dtype, name="x")
    return keras.Model(inputs, build(inputs))


def test_a_saved_model_serves_any_batch_under_the_names_of_keras(tmp_path: Path) -> None:
    import tensorflow as tf

    a, b = keras.Input((4,), name="zebra"), keras.Input((4,), name="ant")
    model = keras.Model([a, b], [L.Add(name="total")([a, b]), L.Subtract(name="gap")([a, b])])
    path = SavedModelExporter().export(model, FLOAT32, tmp_path, NOTHING)
    serve = tf.saved_model.load(str(path.parent)).signatures["serving_default"]
    one, two = np.ones((3, 4), np.float32), np.full((3, 4), 3, np.float32)
    told = serve(zebra=tf.constant(one), ant=tf.constant(two))
    assert told["total"].numpy().tolist() == [[4.0] * 4] * 3
    assert told["gap"].numpy().tolist() == [[-2.0] * 4] * 3
    assert [file.name for file in tmp_path.iterdir()] == ["saved_model.pb"]


def test_a_keras_file_goes_on_in_keras(tmp_path: Path) -> None:
    model, (images, _) = small_model(), small_data(4)
    path = KerasExporter().export(model, FLOAT32, tmp_path, NOTHING)
    loaded = keras.saving.load_model(path)
    np.testing.assert_array_equal(loaded(images), model(images))
    facts = KerasExporter.facts(path)
    assert facts is not None
    assert facts.inputs[0].shape == (-1, 8, 8, 1)
    assert facts.operators["SeparableConv2D"] == 1


@pytest.mark.parametrize(
    ("build", "shape", "dtype"),
    [
        (lambda x: L.Dense(4, activation="gelu")(x), (8,), "float32"),
        (lambda x: L.Conv2D(8, 3, groups=2, activation="relu")(x), (8, 8, 4), "float32"),
        (lambda x: L.Dense(3)(L.LSTM(5)(x)), (12, 3), "float32"),
        (lambda x: L.MultiHeadAttention(2, 8)(x, x, use_causal_mask=True), (6, 8), "float32"),
        (lambda x: L.GlobalAveragePooling1D()(L.Embedding(9, 4)(x)), (6,), "int32"),
    ],
    ids=["gelu", "grouped", "lstm", "causal", "embedding"],
)
def test_onnx_computes_the_same(
    build: Any, shape: tuple[int, ...], dtype: str, tmp_path: Path
) -> None:
    pytest.importorskip("tf2onnx")
    runtime = pytest.importorskip("onnxruntime")
    model = made(build, shape, dtype)
    random = np.random.default_rng(0)
    x = random.integers(0, 9, (3, *shape)).astype(dtype)
    path = OnnxExporter().export(model, FLOAT32, tmp_path, NOTHING)
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == ["x"]
    np.testing.assert_allclose(session.run(None, {"x": x})[0], model(x), atol=1e-5)


def test_onnx_names_what_it_lacks(tmp_path: Path) -> None:
    pytest.importorskip("tf2onnx")
    model = made(lambda x: L.Discretization(bin_boundaries=[0.0, 1.0], name="bins")(x), (5,))
    with pytest.raises(ConversionError, match="no operator 'Bucketize', which the layer 'bins'"):
        OnnxExporter().export(model, FLOAT32, tmp_path, NOTHING)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module", params=["float32", "int8_io"])
def micro(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    return MicroExporter().export(
        small_model(), RECIPES.get(request.param), folder, small_data(32)[0]
    )


def test_a_c_array_holds_the_file_and_says_what_it_needs(micro: Path) -> None:
    content = content_of(micro.read_text())
    assert content[4:8] == b"TFL3"
    header = micro.with_name("model.h").read_text()
    assert f"kModelBytes = {len(content)};" in header
    facts = MicroExporter.facts(micro)
    assert facts is not None
    assert f"kModelOperators = {len(facts.operators)};" in header
    assert all(f"resolver.{method(name)}()" in header for name in facts.operators)
    arena = facts.more["arena_bytes"]
    assert arena % 16 == 0
    if is_installed():
        # Small enough to be useful, large enough to be safe.
        assert arena <= estimated(content) <= 2 * arena


def test_c_source_is_c_plus_plus(micro: Path, tmp_path: Path) -> None:
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed")
    common = tmp_path / "tensorflow/lite/c/common.h"
    common.parent.mkdir(parents=True)
    common.write_text("enum TfLiteStatus { kTfLiteOk, kTfLiteError };\n")
    done = subprocess.run(
        [
            *(compiler, "-std=c++17", "-Wall", "-Werror", "-c", f"-I{tmp_path}", str(micro)),
            *("-o", str(tmp_path / "model.o")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_cut_off_array_is_noticed() -> None:
    text = source(bytes(range(40)))
    assert content_of(text) == bytes(range(40))
    with pytest.raises(ValueError, match="no end"):
        content_of(text[:-20])


@pytest.mark.parametrize(
    ("operator", "name"),
    [
        ("CONV_2D", "AddConv2D"),
        ("FULLY_CONNECTED", "AddFullyConnected"),
        ("BATCH_MATMUL", "AddBatchMatMul"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "AddUnidirectionalSequenceLSTM"),
        ("RELU6", "AddRelu6"),
        ("L2_NORMALIZATION", "AddL2Normalization"),
    ],
)
def test_operators_are_called_as_the_resolver_calls_them(operator: str, name: str) -> None:
    assert operator in KNOWN
    assert method(operator) == name
    assert unknown([operator, "BUCKETIZE"]) == ["BUCKETIZE"]


def test_a_microcontroller_lacks_some_operators(tmp_path: Path) -> None:
    bins = L.Discretization(bin_boundaries=[0.0, 1.0], name="bins")
    model = made(lambda x: L.Flatten()(bins(x)), (5, 1))
    with pytest.raises(ConversionError, match=r"no operator BUCKETIZE, which the (layer|model)"):
        MicroExporter().export(model, FLOAT32, tmp_path, np.zeros((1, 5, 1), np.float32))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("exporter", [SavedModelExporter, KerasExporter, OnnxExporter])
def test_a_recipe_that_a_format_cannot_hold_is_refused(exporter: Any, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"hold float32 weights .*'int8' asks for int8"):
        exporter().export(small_model(), RECIPES.get("int8"), tmp_path, NOTHING)
    assert not list(tmp_path.iterdir())
