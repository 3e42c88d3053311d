"""The LiteRT runtime. What every runtime must keep is in tests/contracts."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from automl.compression.recipes import FLOAT32
from automl.errors import VerificationError
from automl.export.tflite.exporter import TFLiteExporter
from automl.testing import small_data, small_model
from automl.verify.litert import LiteRTRuntime


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("litert")
    return TFLiteExporter().export(small_model(), FLOAT32, folder, small_data(4)[0])


def test_differs_from_keras_by_rounding_only(file):
    images = small_data(200, seed=9)[0]
    outputs = LiteRTRuntime().run(file, images).outputs
    assert np.abs(outputs - small_model().predict(images, verbose=0)).max() < 1e-5


@pytest.mark.parametrize("shape", [(2, 9, 9, 1), (2, 8, 8, 3), (2, 64)])
def test_inputs_of_another_shape_are_refused(file, shape):
    with pytest.raises(VerificationError, match="LiteRT cannot run the file"):
        LiteRTRuntime().run(file, np.zeros(shape, np.float32))


def test_says_how_to_get_it_when_it_is_missing(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("ai_edge_litert"):
            raise ImportError("no such module")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert "pip install ai-edge-litert" in LiteRTRuntime().missing()
