"""TF.js in Node.js: it runs what is right and says what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.errors import VerificationError
from automl.verify.tfjs_node import TFJSCPURuntime, TFJSWasmRuntime

RUNTIMES = [TFJSCPURuntime, TFJSWasmRuntime]
SCALE = np.array([1.0, -2.0, 0.5], np.float32)
DATA = np.arange(15, dtype=np.float32).reshape(5, 3)


def node(name: str, op: str, *inputs: str, **attr: Any) -> dict[str, Any]:
    return {"name": name, "op": op, "input": list(inputs), "attr": attr}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model written by hand: x * SCALE."""
    shape = {"dim": [{"size": "-1"}, {"size": "3"}]}
    placeholder = node("x", "Placeholder", dtype={"type": "DT_FLOAT"}, shape={"shape": shape})
    document = {
        "format": "graph-model",
        "signature": {
            "inputs": {"x": {"name": "x:0", "dtype": "DT_FLOAT", "tensorShape": shape}},
            "outputs": {"y": {"name": "y:0", "dtype": "DT_FLOAT", "tensorShape": shape}},
        },
        "modelTopology": {
            "node": [placeholder, node("c", "Const"), node("y", "Mul", "x", "c")],
            "versions": {"producer": 1},
        },
        "weightsManifest": [
            {
                "paths": ["w.bin"],
                "weights": [{"name": "c", "shape": [3], "dtype": "float32"}],
            }
        ],
    }
    (tmp_path / "w.bin").write_bytes(SCALE.tobytes())
    path = tmp_path / "model.json"
    path.write_text(json.dumps(document))
    return path


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("batch", [1, 2, 64])
def test_every_example_is_run_whatever_the_batch(runtime: Any, batch: int, model: Path) -> None:
    result = runtime(batch=batch).run(model, DATA)
    assert result.outputs.dtype == np.float32
    assert result.outputs.tolist() == (DATA * SCALE).tolist()
    assert 0 < result.latency_ms <= result.latency_p95_ms


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_truncated_weights_fail(runtime: Any, model: Path) -> None:
    weights = model.parent / "w.bin"
    weights.write_bytes(weights.read_bytes()[:-4])
    with pytest.raises(VerificationError, match=r"8 bytes, the manifest 12"):
        runtime().run(model, DATA)


def test_tampered_weights_fail_by_their_hash(model: Path) -> None:
    edit(model, userDefinedMetadata={"sha256": "0" * 64})
    with pytest.raises(VerificationError, match="SHA-256"):
        TFJSCPURuntime().run(model, DATA)


def test_missing_weights_fail(model: Path) -> None:
    (model.parent / "w.bin").unlink()
    with pytest.raises(VerificationError, match="no such file"):
        TFJSCPURuntime().run(model, DATA)


def test_a_cut_model_file_fails(model: Path) -> None:
    model.write_text(model.read_text()[:100])
    with pytest.raises(VerificationError, match="JSON"):
        TFJSCPURuntime().run(model, DATA)


def test_an_operator_that_does_not_exist_fails(model: Path) -> None:
    document = json.loads(model.read_text())
    document["modelTopology"]["node"][2]["op"] = "Bucketize"
    model.write_text(json.dumps(document))
    with pytest.raises(VerificationError, match="Bucketize"):
        TFJSWasmRuntime().run(model, DATA)


def test_inputs_of_the_wrong_shape_fail(model: Path) -> None:
    with pytest.raises(VerificationError, match=r"shape|dimension"):
        TFJSCPURuntime().run(model, np.zeros((2, 4), np.float32))


def test_a_run_that_takes_too_long_fails(model: Path) -> None:
    with pytest.raises(VerificationError, match=r"within 0\.01 s"):
        TFJSCPURuntime(timeout_s=0.01).run(model, DATA)


def test_no_examples_is_an_error_of_the_caller(model: Path) -> None:
    with pytest.raises(ValueError, match="one example"):
        TFJSCPURuntime().run(model, DATA[:0])


def test_importing_it_imports_no_framework() -> None:
    code = (
        "import sys, automl.verify.tfjs_node;"
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
