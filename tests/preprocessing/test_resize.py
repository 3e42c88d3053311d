from __future__ import annotations

import numpy as np
import pytest

from automl.compression.recipes import FLOAT32
from automl.errors import UserInputError
from automl.export.tfjs.exporter import TFJSExporter
from automl.export.tflite.exporter import TFLiteExporter
from automl.preprocessing.base import part_from
from automl.preprocessing.graft import features_of, graft
from automl.preprocessing.resize import Resize
from automl.verify.litert import LiteRTRuntime
from automl.verify.tfjs_node import TFJSWasmRuntime

#: From and to, height and width; what is left over; blocks; blocks and bilinear.
SIZES = {
    "bilinear": ((40, 50), (32, 40)),
    "blocks": ((48, 64), (12, 16)),
    "cut blocks": ((50, 67), (12, 16)),
    "blocks and bilinear": ((45, 60), (18, 24)),
    "one side": ((30, 20), (10, 20)),
}


def pictures(size, channels=3, count=4):
    random = np.random.default_rng(0)
    return random.integers(0, 256, (count, *size, channels)).astype(np.float32)


@pytest.mark.parametrize("name", SIZES)
def test_features_have_the_size_asked_for(name):
    (before, after) = SIZES[name]
    front = Resize(*before, 3, *after)
    assert front.raw_shape == (*before, 3)
    features = features_of(front, pictures(before))
    assert features.shape == (4, *after, 3)
    assert 0 <= features.min() <= features.max() <= 255


def test_every_pixel_counts():
    front = Resize(48, 64, 1, 12, 16)
    x = pictures((48, 64), 1)
    expected = x.reshape(4, 12, 4, 16, 4, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(features_of(front, x), expected, atol=1e-3)


def test_nothing_moves():
    """A picture that is dark on the left and light on the right stays symmetrical."""
    x = np.tile(np.linspace(0, 255, 67, dtype=np.float32)[None, :, None], (1, 50, 1, 1))
    features = features_of(Resize(50, 67, 1, 12, 16), x.reshape(1, 50, 67, 1))[0, 0, :, 0]
    np.testing.assert_allclose(features + features[::-1], 255, atol=8)


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("format_", ["tflite", "tfjs"])
def test_exported_files_resize_as_training_did(tmp_path, name, format_):
    import keras

    (before, after) = SIZES[name]
    front = Resize(*before, 3, *after)
    inputs = keras.Input((*after, 3), name="x")
    body = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    model = graft(keras.Model(inputs, keras.layers.Flatten()(body)), front, None)
    exporter, runtime = {
        "tflite": (TFLiteExporter(), LiteRTRuntime()),
        "tfjs": (TFJSExporter(), TFJSWasmRuntime()),
    }[format_]
    if reason := runtime.missing():
        pytest.skip(reason)
    x = pictures(before)
    outputs = runtime.run(exporter.export(model, FLOAT32, tmp_path, x), x).outputs
    np.testing.assert_allclose(outputs, model.predict(x, verbose=0), atol=1e-4)
    trained_on = features_of(front, x).reshape(4, -1) / 127.5 - 1
    np.testing.assert_allclose(outputs, trained_on, atol=1e-4)


def test_its_record_is_read_back():
    front = Resize(40, 50, 3, 32, 40)
    assert part_from(front.to_dict()) == front


@pytest.mark.parametrize("after", [(41, 40), (0, 10)])
def test_pictures_are_not_made_larger(after):
    with pytest.raises(UserInputError):
        Resize(40, 50, 3, *after)
