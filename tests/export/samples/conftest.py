"""Exported folders of every kind of input, made as a run makes them, without a search."""

from __future__ import annotations

import json
import shutil
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from automl.compression.recipes import FLOAT32
from automl.data import dataset
from automl.data.options import ReadOptions
from automl.execution.inprocess import InProcessExecutor
from automl.preprocessing.base import part_from
from automl.preprocessing.graft import graft
from automl.registry import EXPORTERS, TASKS
from automl.resolve import find_task
from automl.shipping import Shipper
from automl.types import Artifact

RANDOM = np.random.default_rng(0)


@dataclass(frozen=True)
class Exported:
    """A folder as a run leaves it.

    Attributes:
        folder: The run's folder.
        summary: Its data.
        files: Format -> exported file.
        arguments: What is asked about, for ``predict.py``, ``predict.mjs`` and
            `automl predict`.
    """

    folder: Path
    summary: Any
    files: dict[str, Path]
    arguments: dict[str, str]


def pictures(folder: Path) -> tuple[str, dict[str, Any], dict[str, str]]:
    from PIL import Image

    for name, level in (("dark", 40), ("light", 200)):
        (folder / name).mkdir(parents=True)
        for k in range(12):
            pixels = np.clip(RANDOM.normal(level, 25, (20, 26, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{k}.png")
    asked = str(folder / "light" / "3.png")
    return str(folder), {"image_size": (12, 12)}, dict.fromkeys(("py", "mjs", "automl"), asked)


def texts(folder: Path) -> tuple[str, dict[str, Any], dict[str, str]]:
    folder.mkdir()
    words = {"good": "fine lovely day sun", "bad": "dull grey rain wind"}
    lines = [
        f"{label}\t{' '.join(RANDOM.permutation(told.split()))} {k}."
        for k in range(20)
        for label, told in words.items()
    ]
    file = folder / "reviews.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return (
        str(file),
        {},
        dict.fromkeys(("py", "mjs", "automl"), "What a lovely día, SUN \N{SUN BEHIND CLOUD}!"),
    )


def sounds(folder: Path) -> tuple[str, dict[str, Any], dict[str, str]]:
    for name, pitch in (("high", 1800), ("low", 200)):
        (folder / name).mkdir(parents=True)
        for k in range(8):
            times = np.arange(2000 + 50 * k) / 8000
            signal = 0.5 * np.sin(2 * np.pi * (pitch + 10 * k) * times)
            with wave.open(str(folder / name / f"{k}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(8000)
                file.writeframes((signal * 32767).astype("<i2").tobytes())
    asked = str(folder / "low" / "2.wav")
    options = {"sample_rate": 8000, "seconds": 0.25}
    return str(folder), options, dict.fromkeys(("py", "mjs", "automl"), asked)


def rows(folder: Path) -> tuple[str, dict[str, Any], dict[str, str]]:
    folder.mkdir()
    lines = ["age,city,since,price"]
    for k in range(60):
        age = "" if k % 9 == 4 else f"{20 + k}"
        lines.append(f"{age},{('Bern', 'Ulm', 'Zürich')[k % 3]},2024-03-{1 + k % 28:02d},{k * 1.5}")
    file = folder / "flats.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = json.dumps([{"age": 41, "city": "Ulm", "since": "2024-05-01"},
                        {"age": None, "city": "Rome", "since": "1.6.2024"}])  # fmt: skip
    return str(file), {"target": ("price",)}, dict.fromkeys(("py", "mjs", "automl"), asked)


def days(folder: Path) -> tuple[str, dict[str, Any], dict[str, str]]:
    folder.mkdir()
    records = [
        {
            "day": f"2024-{1 + k // 28:02d}-{1 + k % 28:02d}",
            "sold": 50 + 10 * (k % 7),
            "rain": k % 5,
        }
        for k in range(112)
    ]
    file = folder / "sales.csv"
    head = ",".join(records[0])
    body = "\n".join(",".join(map(str, record.values())) for record in records)
    file.write_text(f"{head}\n{body}\n", encoding="utf-8")
    (folder / "rows.json").write_text(json.dumps(records), encoding="utf-8")
    options = {"target": ("sold",), "time_column": "day", "horizon": 3, "lookback": 14}
    asked = {"py": str(file), "automl": str(file), "mjs": str(folder / "rows.json")}
    return str(file), options, asked


def arrays(folder: Path) -> tuple[str, dict[str, Any], dict[str, str]]:
    folder.mkdir()
    x = RANDOM.normal(size=(60, 5)).astype("float32")
    y = np.stack([x[:, 0] > 0, x[:, 1] > 0, x[:, 2] > 0.5], axis=1).astype("float32")
    np.savez(folder / "xy.npz", x=x, y=y)
    np.save(folder / "one.npy", x[7])
    (folder / "one.json").write_text(json.dumps(x[7].tolist()), encoding="utf-8")
    asked = {"py": str(folder / "one.npy"), "mjs": str(folder / "one.json")}
    return str(folder / "xy.npz"), {}, asked | {"automl": asked["py"]}


def machines(folder: Path) -> tuple[str, dict[str, Any], dict[str, str]]:
    folder.mkdir()
    lines = ["heat,speed"] + [f"{20 + k % 7},{100 + 3 * (k % 5)}" for k in range(60)]
    file = folder / "machines.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = json.dumps({"heat": 90, "speed": 100})
    return str(file), {"task": "anomaly"}, dict.fromkeys(("py", "mjs", "automl"), asked)


#: Kind -> what makes its data.
KINDS: dict[str, Callable[[Path], tuple[str, dict[str, Any], dict[str, str]]]] = {
    "image": pictures,
    "text": texts,
    "audio": sounds,
    "table": rows,
    "forecast": days,
    "array": arrays,
    "anomaly": machines,
}


def body_of(signature: Any) -> keras.Model:
    """Returns a small model with random weights for any input and target."""
    layers = keras.layers
    spec, target = signature.input, signature.target
    inputs = keras.Input(spec.shape, dtype=spec.dtype, name="x")
    if spec.kind == "tokens":
        tensor = layers.GlobalAveragePooling1D()(layers.Embedding(spec.vocabulary, 6)(inputs))
    else:
        tensor = layers.Flatten()(layers.Rescaling(1 / max(abs(spec.low), abs(spec.high)))(inputs))
    tensor = layers.Dense(8, activation="tanh")(tensor)
    activation = {"classification": "softmax", "multilabel": "sigmoid"}.get(target.kind)
    outputs = layers.Dense(target.units, activation=activation)(tensor)
    if target.kind == "reconstruction":
        outputs = layers.Reshape(spec.shape)(outputs)
    return keras.Model(inputs, outputs)


def export(kind: str, folder: Path, formats: tuple[str, ...]) -> Exported:
    """Makes data, a model and the folders of its formats."""
    keras.utils.set_random_seed(1)
    uri, options, asked = KINDS[kind](folder / "data")
    data = dataset.load(uri, options=ReadOptions(**options), test=0.2, validation=0.2, seed=0)
    task, signature = find_task(options.get("task", "auto"), data.summary)
    front, tail = part_from(data.summary.front), TASKS.get(task)().tail(data.summary)
    model = graft(body_of(signature), front, tail)
    run = folder / "run"
    threshold = 0.5 if task == "anomaly" else None
    with InProcessExecutor(run) as executor:
        shipper = Shipper(run, data.summary, executor, task)
        files = {}
        for name in formats:
            place = run / "export" / name / "float32"
            place.mkdir(parents=True)
            written = EXPORTERS.get(name)().export(model, FLOAT32, place, np.zeros((0,)))
            files[name] = written
            path = written.relative_to(run).as_posix()
            shipper.describe(name, [Artifact(0, name, "float32", path)], threshold)
    return Exported(run, data.summary, files, asked)


@pytest.fixture(scope="session", params=list(KINDS))
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(request.param, tmp_path_factory.mktemp(request.param), ("tflite", "tfjs"))


@pytest.fixture
def stranger(exported: Exported, tmp_path: Path) -> Callable[[str], Path]:
    """Returns a function that copies a format's folder to where nothing else is."""

    def copy(format_name: str) -> Path:
        source = exported.folder / "export" / format_name
        return Path(shutil.copytree(source, tmp_path / format_name))

    return copy
