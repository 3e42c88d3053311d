"""Every layer, exported and run by TF.js on cpu and wasm, computes what Keras computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from automl.testing.layers import LAYER_CASES, LayerCase
from automl.verify.tfjs_node import TFJSCPURuntime, TFJSWasmRuntime


@pytest.mark.parametrize("case", LAYER_CASES, ids=lambda case: case.name)
def test_computes_what_keras_computes(case: LayerCase, export: Callable[..., Path]) -> None:
    model, data = case.model(), case.examples()
    expected = np.asarray(model(data.astype(case.dtype), training=False))

    path = export(model)
    # Three examples, two at a time: a batch of 2 and a batch of 1.
    for runtime in (TFJSCPURuntime(batch=2), TFJSWasmRuntime(batch=2)):
        result = runtime.run(path, data)
        assert result.outputs.shape == expected.shape
        difference = float(np.abs(result.outputs - expected).max())
        assert difference <= 1e-4 * max(1.0, float(np.abs(expected).max()) / 10), runtime.name


def test_names_are_unique_and_layers_many() -> None:
    names = [case.name for case in LAYER_CASES]
    assert len(set(names)) == len(names) >= 90
