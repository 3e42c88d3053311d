"""What a file says of itself: names, metadata, labels; and how many examples it takes."""

from __future__ import annotations

import io
import zipfile

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from flatbuffers import number_types
from flatbuffers.table import Table

from automl.compression.recipe import Recipe
from automl.compression.steps.pack import Pack
from automl.errors import ConversionError, UserInputError
from automl.export.settings import About, ExportSettings, parse_batch
from automl.export.tflite.exporter import TFLiteExporter
from automl.export.tflite.metadata import IDENTIFIER, NAME
from automl.export.tflite.reading import read_facts
from automl.registry import RECIPES
from automl.testing import small_data, small_model

ABOUT = About(
    name="image classification",
    description="Says which quadrant is bright",
    kind="image",
    feed="Upright picture",
    answer="Probabilities",
    labels=("zero", "one", "two  due", "tré"),
    low=0.0,
    high=16.0,
    channels=1,
)


def exported(model: keras.Model, recipe: str = "float32", **settings: object) -> bytes:
    exporter = TFLiteExporter()
    exporter.settings = ExportSettings(**settings)
    return exporter.content(model, RECIPES.get(recipe), small_data(32)[0])


def run(content: bytes, **inputs: np.ndarray) -> dict[str, np.ndarray]:
    interpreter = Interpreter(model_content=content)
    return interpreter.get_signature_runner("serving_default")(**inputs)


@pytest.mark.parametrize("recipe", ["float32", "float16", "dynamic_int8", "int8"])
def test_a_signature_has_the_names_of_keras(recipe: str) -> None:
    model, (images, _) = small_model(), small_data(8)
    content = exported(model, recipe, about=ABOUT)
    told = np.concatenate([run(content, x=image[None])["probabilities"] for image in images])
    np.testing.assert_allclose(told, model.predict(images, verbose=0), atol=0.05)


def test_several_inputs_and_outputs_are_not_mixed_up() -> None:
    a, b = keras.Input((4,), name="zebra"), keras.Input((4,), name="ant")
    outputs = [keras.layers.Add(name="total")([a, b]), keras.layers.Subtract(name="gap")([a, b])]
    content = exported(keras.Model({"zebra": a, "ant": b}, outputs))
    one, two = np.ones((1, 4), np.float32), np.full((1, 4), 3, np.float32)
    told = run(content, zebra=one, ant=two)
    assert told["total"].tolist() == [[4.0] * 4]
    assert told["gap"].tolist() == [[-2.0] * 4]


def test_an_output_that_is_an_input_is_told_apart() -> None:
    x = keras.Input((4,), name="x")
    facts = read_facts(exported(keras.Model(x, [x, keras.layers.ReLU(name="y")(x)])))
    assert len({*(each.name for each in (*facts.inputs, *facts.outputs))}) == 3


def test_metadata_change_nothing_that_is_computed() -> None:
    images = small_data(4)[0]
    plain, told = (exported(small_model(), about=about) for about in (None, ABOUT))
    for image in images:
        one, other = (run(content, x=image[None])["probabilities"] for content in (plain, told))
        np.testing.assert_array_equal(one, other)
    assert 0 < len(told) - len(plain) < 900


def test_a_recipe_can_leave_metadata_out() -> None:
    exporter = TFLiteExporter()
    exporter.settings = ExportSettings(about=ABOUT)
    bare = Recipe("bare", "", (Pack(metadata=False),))
    content = exporter.content(small_model(), bare, small_data(4)[0])
    assert content == exported(small_model())
    assert len(exported(small_model(), about=ABOUT)) - len(content) > 300
    with pytest.raises(UserInputError, match="true or false"):
        Pack(metadata="no")  # type: ignore[arg-type]


class Reader:
    """Reads a table of a flatbuffer by the numbers of its fields."""

    def __init__(self, buffer: bytes, position: int) -> None:
        self.table = Table(bytearray(buffer), position)
        self.buffer = buffer

    def _at(self, slot: int) -> int:
        return int(self.table.Offset(4 + 2 * slot))

    def text(self, slot: int) -> str:
        at = self._at(slot)
        return self.table.String(at + self.table.Pos).decode() if at else ""

    def inner(self, slot: int) -> Reader:
        return Reader(self.buffer, self.table.Indirect(self._at(slot) + self.table.Pos))

    def list(self, slot: int) -> list[Reader]:
        at = self._at(slot)
        if not at:
            return []
        start = self.table.Vector(at)
        count = self.table.VectorLen(at)
        return [Reader(self.buffer, self.table.Indirect(start + 4 * k)) for k in range(count)]

    def floats(self, slot: int) -> list[float]:
        return self.table.GetVectorAsNumpy(number_types.Float32Flags, self._at(slot)).tolist()

    def number(self, slot: int) -> int:
        at = self._at(slot)
        return int(self.table.Get(number_types.Uint8Flags, at + self.table.Pos)) if at else 0


def metadata_of(content: bytes) -> Reader:
    model = schema.Model.GetRootAsModel(content, 0)
    entries = [model.Metadata(k) for k in range(model.MetadataLength())]
    (entry,) = [each for each in entries if each.Name() == NAME.encode()]
    buffer = model.Buffers(entry.Buffer()).DataAsNumpy().tobytes()
    assert buffer[4:8] == IDENTIFIER
    return Reader(buffer, int.from_bytes(buffer[:4], "little"))


@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_metadata_follow_the_schema_of_androids_tools(recipe: str) -> None:
    root = metadata_of(exported(small_model(), recipe, about=ABOUT))
    assert (root.text(0), root.text(1)) == (ABOUT.name, ABOUT.description)
    (subgraph,) = root.list(3)
    (source,), (sink,) = subgraph.list(2), subgraph.list(3)
    assert (source.text(0), source.text(1)) == ("x", "Upright picture")
    content = source.inner(3)
    assert content.number(0) == 2  # ImageProperties
    assert content.inner(1).number(0) == 2  # GRAYSCALE
    (unit,) = source.list(4)
    assert unit.number(0) == 1  # NormalizationOptions
    assert (unit.inner(1).floats(0), unit.inner(1).floats(1)) == ([0.0], [1.0])
    assert (source.inner(5).floats(0), source.inner(5).floats(1)) == ([16.0], [0.0])
    (labels,) = sink.list(6)
    assert (labels.text(0), labels.number(2)) == ("labels.txt", 2)  # TENSOR_AXIS_LABELS


def test_labels_are_packed_as_readers_look_for_them() -> None:
    content = exported(small_model(), about=ABOUT)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (entry,) = archive.infolist()
        assert (entry.filename, entry.compress_type) == ("labels.txt", zipfile.ZIP_STORED)
        assert archive.read(entry).decode() == "zero\none\ntwo due\ntré\n"


def test_sound_says_its_rate() -> None:
    about = About(name="audio classification", kind="audio", sample_rate=16000)
    x = keras.Input((100,), name="x")
    root = metadata_of(exported(keras.Model(x, keras.layers.Dense(2)(x)), about=about))
    content = root.list(3)[0].list(2)[0].inner(3)
    assert content.number(0) == 4  # AudioProperties
    rate = content.inner(1)
    assert rate.table.Get(number_types.Uint32Flags, rate._at(0) + rate.table.Pos) == 16000


@pytest.mark.parametrize(("batch", "shape"), [(1, [1, 8, 8, 1]), (6, [6, 8, 8, 1])])
def test_a_fixed_batch(batch: int, shape: list[int]) -> None:
    model, (images, _) = small_model(), small_data(batch)
    content = exported(model, batch=batch)
    (source,) = read_facts(content).inputs
    assert list(source.shape) == shape
    told = run(content, x=images)["probabilities"]
    np.testing.assert_allclose(told, model.predict(images, verbose=0), atol=1e-5)


def test_a_batch_of_any_size() -> None:
    model, (images, _) = small_model(), small_data(5)
    content = exported(model, batch=parse_batch("dynamic"))
    assert read_facts(content).inputs[0].shape == (-1, 8, 8, 1)
    interpreter = Interpreter(model_content=content)
    index = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(index, [5, 8, 8, 1])
    interpreter.allocate_tensors()
    interpreter.set_tensor(index, images)
    interpreter.invoke()
    told = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    np.testing.assert_allclose(told, model.predict(images, verbose=0), atol=1e-5)


@pytest.mark.parametrize("settings", [{"batch": 4}, {"batch": 0}, {"flex": True}])
def test_settings_that_calibration_does_not_go_with_are_refused(settings: dict) -> None:
    with pytest.raises(ConversionError, match=r"activations are float32\. Received: int8"):
        exported(small_model(), "int8", **settings)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_batch_is_a_number_or_dynamic(text: str) -> None:
    with pytest.raises(UserInputError, match="--batch is 1 or more, or dynamic"):
        parse_batch(text)


@pytest.fixture
def bell() -> keras.Model:
    x = keras.Input((4,), name="x")
    tensor = keras.layers.Lambda(keras.ops.erf, name="bell")(x)
    return keras.Model(x, keras.layers.Dense(2)(tensor))


def test_an_operator_that_tflite_lacks_is_named_with_its_layer(bell: keras.Model) -> None:
    words = r"no builtin operator Erf, which the layer 'bell' needs: use .* or allow .*--flex"
    with pytest.raises(ConversionError, match=words):
        exported(bell)


def test_such_an_operator_stands_where_it_was_allowed(bell: keras.Model) -> None:
    assert read_facts(exported(bell, flex=True)).operators["FlexErf"] == 1
