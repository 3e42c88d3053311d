"""What a file costs: by runtime and threads, and operator by operator."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from automl.compression.recipes import FLOAT32, INT8
from automl.errors import UserInputError
from automl.export.tfjs.exporter import TFJSExporter
from automl.export.tflite.exporter import TFLiteExporter
from automl.preprocessing import usage
from automl.testing import small_data, small_model
from automl.testing.models import small_summary
from automl.verify.benchmarking import benchmark
from automl.verify.feeding import example, example_for
from automl.verify.operators.litert import time_operators
from automl.verify.tfjs_node import TFJSWasmRuntime


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    images = small_data(64)[0]
    told = json.dumps(usage.usage(small_summary(), "classification"))
    for exporter, recipe in (
        (TFLiteExporter(), FLOAT32),
        (TFLiteExporter(), INT8),
        (TFJSExporter(), FLOAT32),
    ):
        folder = home / exporter.name / recipe.name
        folder.mkdir(parents=True)
        exporter.export(small_model(), recipe, folder, images)
        (folder.parent / "preprocessing.json").write_text(told)
    return home


@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_a_tflite_file_is_measured_by_threads_and_operators(home: Path, recipe: str) -> None:
    found = benchmark(home / "tflite" / recipe, threads=(1, 2))
    assert [(row.runtime, row.threads) for row in found.rows] == [("litert", 1), ("litert", 2)]
    for row in found.rows:
        assert row.timing is not None, row.reason
        assert 0 < row.timing.latency_ms <= row.timing.latency_p95_ms
        assert row.timing.load_ms is not None and row.timing.load_ms > 0
        assert row.timing.memory is not None and row.timing.memory > 10_000
    first, second = found.rows
    assert first.timing is not None and first.timing.operators
    assert second.timing is not None and not second.timing.operators
    assert sum(each["share"] or 0 for each in first.operators()) == pytest.approx(1)
    assert found.size == sum(f.stat().st_size for f in (home / "tflite" / recipe).iterdir())
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_every_operator_stands_alone(home: Path, recipe: str) -> None:
    from ai_edge_litert.interpreter import Interpreter

    content = (home / "tflite" / recipe / "model.tflite").read_bytes()
    found = time_operators(content)
    interpreter = Interpreter(model_content=content)
    kinds = [each["op_name"] for each in interpreter._get_ops_details()]
    assert [kind for _, kind, _ in found] == [kind for kind in kinds if kind != "DELEGATE"]
    assert all(math.isfinite(time) and time >= 0 for _, _, time in found)
    assert all(name for name, _, _ in found)


def test_a_tfjs_file_is_measured_with_its_kernels(home: Path) -> None:
    if reason := TFJSWasmRuntime().missing():
        pytest.skip(reason)
    found = benchmark(home / "tfjs" / "float32", ("tfjs-wasm",))
    (row,) = found.rows
    assert row.timing is not None, row.reason
    assert row.timing.memory is not None and row.timing.memory > 0
    assert row.timing.operators
    assert not any(each.kind.endswith("__op") for each in row.timing.operators)


def test_a_file_that_cannot_be_run_is_a_row_with_its_reason(home: Path) -> None:
    folder = home / "broken" / "float32"
    folder.mkdir(parents=True)
    (folder / "model.tflite").write_bytes(b"\x7f" * 99)
    (folder / "preprocessing.json").write_bytes(
        (home / "tflite" / "preprocessing.json").read_bytes()
    )
    (row,) = benchmark(folder / "model.tflite", threads=(1,)).rows
    assert row.timing is None
    assert row.to_dict()["reason"]


def test_what_cannot_be_asked_is_refused(home: Path) -> None:
    with pytest.raises(UserInputError, match="runs no tflite file"):
        benchmark(home / "tflite" / "float32", ("tfjs-cpu",))
    with pytest.raises(UserInputError, match="Threads"):
        benchmark(home / "tflite" / "float32", threads=(0,))
    with pytest.raises(UserInputError, match="An exported file"):
        benchmark(home)


def test_a_file_from_elsewhere_is_fed_by_what_it_declares(home: Path, tmp_path: Path) -> None:
    for name in ("tflite/float32", "tflite/int8", "tfjs/float32"):
        alone = tmp_path / name
        shutil.copytree(home / name, alone)
        (file,) = (path for path in alone.iterdir() if path.suffix in (".tflite", ".json"))
        made = example_for(file)
        assert made.shape == (1, *small_summary().input.shape)
        assert (made == example_for(file)).all()
        (row,) = benchmark(file, threads=(1,), profile=False).rows[:1]
        assert row.timing is not None, row.reason


def test_a_file_that_says_nothing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.tflite"
    for content in (b"", b"hi", b"\x7f" * 99):
        file.write_bytes(content)
        with pytest.raises(UserInputError, match=r"x\.tflite"):
            benchmark(file)


def test_the_example_is_what_the_file_takes_and_always_the_same() -> None:
    summary = small_summary()
    record = usage.usage(summary, "classification")
    made = example(record)
    assert made.shape == (1, *summary.input.shape)
    assert made.min() >= summary.input.low and made.max() <= summary.input.high
    assert (made == example(record)).all()
    tokens = replace(summary.input, kind="tokens", shape=(7,), vocabulary=5)
    ids = example(usage.usage(replace(summary, input=tokens), "classification"))
    assert ids.dtype == "int32"
    assert ids.min() >= 1 and ids.max() < 5
