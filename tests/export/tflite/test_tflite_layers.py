"""Every layer, exported and run by LiteRT, computes what Keras computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from automl.compression.recipes import FLOAT32
from automl.errors import ConversionError
from automl.export.tflite.exporter import TFLiteExporter
from automl.testing.layers import LAYER_CASES, LayerCase
from automl.verify.litert import LiteRTRuntime


@pytest.mark.parametrize("case", LAYER_CASES, ids=lambda case: case.name)
def test_computes_what_keras_computes(case: LayerCase, tmp_path: Path) -> None:
    model, data = case.model(), case.examples()
    expected = np.asarray(model(data.astype(case.dtype), training=False))

    if "tflite" in case.refused_by:
        with pytest.raises(ConversionError, match="refuses the model"):
            TFLiteExporter().export(model, FLOAT32, tmp_path, data)
        return
    path = TFLiteExporter().export(model, FLOAT32, tmp_path, data)
    outputs = LiteRTRuntime().run(path, data).outputs

    assert outputs.shape == expected.shape
    difference = float(np.abs(outputs - expected).max())
    assert difference <= 1e-4 * max(1.0, float(np.abs(expected).max()) / 10)
