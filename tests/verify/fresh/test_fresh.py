"""Files run by a process that gets nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from automl.errors import VerificationError
from automl.testing import small_data, small_model
from automl.verify.fresh.child import Loaded
from automl.verify.fresh.keras_file import KerasRuntime
from automl.verify.fresh.onnx import OnnxRuntime
from automl.verify.fresh.saved_model import SavedModelRuntime


def test_a_keras_file_computes_what_its_model_does(tmp_path: Path) -> None:
    images = small_data(70, seed=5)[0]
    small_model().save(tmp_path / "model.keras")
    record, outputs = KerasRuntime().call(tmp_path / "model.keras", images)
    np.testing.assert_allclose(outputs, small_model().predict(images, verbose=0), atol=1e-5)
    assert 0 < record["median"] <= record["p95"]
    assert record["memory"] > 5_000_000


def test_a_saved_model_that_is_none_or_cut_needs_no_process(tmp_path: Path) -> None:
    whole = b"\x08\x01\x12\x82\x01" + b"g" * 130
    file = tmp_path / "saved_model.pb"
    for content, told in (
        (b"\x7f" * 99, "no SavedModel"),
        (whole[:70], "cut"),
        (whole + b"\x12\x05", "cut"),
    ):
        file.write_bytes(content)
        with pytest.raises(VerificationError, match=told):
            SavedModelRuntime().run(file, np.zeros((1, 2), np.float32))
    file.write_bytes(whole)
    assert SavedModelRuntime().unfit(file) is None


def test_an_onnx_file_is_run(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "x"], ["y"])],
        "square",
        [helper.make_tensor_value_info("x", 1, ["batch", 3])],
        [helper.make_tensor_value_info("y", 1, ["batch", 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "model.onnx")
    x = np.arange(300, dtype=np.float32).reshape(100, 3)
    result = OnnxRuntime().run(tmp_path / "model.onnx", x)
    np.testing.assert_allclose(result.outputs, x * x)
    (tmp_path / "model.onnx").write_bytes(b"\x7f" * 99)
    with pytest.raises(VerificationError, match="onnxruntime cannot run"):
        OnnxRuntime().run(tmp_path / "model.onnx", x)


@pytest.mark.parametrize("runtime", [KerasRuntime(), SavedModelRuntime(), OnnxRuntime()])
def test_what_is_plainly_no_file_needs_no_process(runtime: KerasRuntime, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(VerificationError, match="the file is empty"):
        runtime.run(tmp_path / "empty", np.zeros((1, 2), np.float32))
    with pytest.raises(VerificationError, match="no such file"):
        runtime.run(tmp_path / "gone", np.zeros((1, 2), np.float32))
    with pytest.raises(ValueError, match="At least one example"):
        runtime.run(tmp_path / "empty", np.zeros((0, 2), np.float32))


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    small_model().save(tmp_path / "model.keras")
    with pytest.raises(VerificationError, match="did not finish"):
        KerasRuntime(timeout_s=0.2).run(tmp_path / "model.keras", small_data(1)[0])


@pytest.mark.parametrize("batch", [0, 1, 4])
def test_a_fixed_batch_is_filled_up_and_cut_back(batch: int) -> None:
    seen: list[int] = []

    def call(x: np.ndarray) -> np.ndarray:
        seen.append(len(x))
        return x * 2

    x = np.arange(20, dtype=np.float64).reshape(10, 2)
    np.testing.assert_array_equal(Loaded(call, "float32", batch).outputs(x), 2 * x)
    assert set(seen) == {batch or 10}
