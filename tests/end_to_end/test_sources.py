"""From data as people keep it to a file that answers new data: search, then predict."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from automl.types import VerificationStatus

Command = Callable[..., Any]
SMALL = ("--trials", "1", "--epochs", "3", "--compress", "float32", "--export", "tflite")


@dataclass(frozen=True)
class Case:
    """Data, the options it needs and a question for the file that comes of it.

    Attributes:
        data: DATA, inside the folder that `write` filled.
        options: Further options of the search.
        task: What is inferred to be asked.
        ask: INPUT of `automl predict`.
        keys: What an answer holds.
    """

    data: str
    options: tuple[str, ...]
    task: str
    ask: str
    keys: tuple[str, ...]


def pictures(folder: Path) -> Case:
    random = np.random.default_rng(0)
    for number in range(40):
        name = ("dark", "light")[number % 2]
        place = folder / "photos" / name
        place.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 90, (12, 10, 3), np.uint8) + np.uint8(130 * (number % 2))
        Image.fromarray(pixels).save(place / f"{number}.png")
    return Case("photos", (), "classification", "photos/dark/0.png", ("label", "probability"))


def unlabeled(folder: Path) -> Case:
    random = np.random.default_rng(0)
    (folder / "good").mkdir()
    for number in range(40):
        pixels = random.integers(100, 120, (8, 8), np.uint8)
        Image.fromarray(pixels).save(folder / "good" / f"{number}.png")
    return Case("good", ("--space", "autoencoder"), "anomaly", "good/0.png", ("score", "verdict"))


def sounds(folder: Path) -> Case:
    random = np.random.default_rng(0)
    for number in range(30):
        name = ("high", "low")[number % 2]
        place = folder / "sounds" / name
        place.mkdir(parents=True, exist_ok=True)
        seconds = np.arange(4000) / 8000
        wavelength = np.sin(2 * np.pi * (2000, 300)[number % 2] * seconds)
        samples = (8000 * wavelength + random.normal(0, 500, 4000)).astype("<i2")
        with wave.open(str(place / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(samples.tobytes())
    return Case("sounds", (), "classification", "sounds/low/1.wav", ("label", "probability"))


def sentences(folder: Path) -> Case:
    random = np.random.default_rng(0)
    words = {"good": ["fine", "lovely", "great"], "bad": ["awful", "dull", "poor"]}
    lines = ["text,mood"]
    for number in range(60):
        mood = ("good", "bad")[number % 2]
        said = " ".join(random.choice([*words[mood], "film", "the", "a"], 7))
        lines.append(f'"{said}, said number {number}",{mood}')
    (folder / "reviews.csv").write_text("\n".join(lines), encoding="utf-8")
    return Case("reviews.csv", (), "classification", "a lovely film", ("label", "probability"))


def table(folder: Path) -> Case:
    random = np.random.default_rng(0)
    lines = ["size,kind,price"]
    for _ in range(80):
        size, kind = random.uniform(1, 9), str(random.choice(["a", "b"]))
        lines.append(f"{size:.3f},{kind},{size * 3 + 2 * (kind == 'b'):.3f}")
    (folder / "homes.csv").write_text("\n".join(lines), encoding="utf-8")
    return Case(
        "homes.csv", ("--target", "price"), "regression", '{"size": 2.5, "kind": "b"}', ("values",)
    )


def forecast(folder: Path) -> Case:
    lines = ["day,visitors"]
    for number in range(150):
        day = np.datetime64("2024-01-01") + number
        lines.append(f"{day},{100 + 30 * np.sin(2 * np.pi * number / 7):.2f}")
    (folder / "visitors.csv").write_text("\n".join(lines), encoding="utf-8")
    options = ("--target", "visitors", "--time-column", "day", "--lookback", "14")
    return Case("visitors.csv", options, "forecasting", "visitors.csv", ("values",))


@pytest.mark.parametrize("write", [pictures, unlabeled, sounds, sentences, table, forecast])
def test_what_a_person_has_becomes_a_file_that_answers(
    write: Callable[[Path], Case], command: Command, tmp_path: Path
) -> None:
    from automl.run import Run

    case = write(tmp_path)
    done = command("search", case.data, *case.options, *SMALL, "--out", "run", cwd=tmp_path)
    assert done.code == 0, done.err
    run = Run(tmp_path / "run")
    assert run.fact("task") == case.task
    assert f"Task: {case.task} (" in done.err
    (artifact,) = run.artifacts
    assert artifact.status is VerificationStatus.PASSED
    told = json.loads((run.folder / "export/tflite/preprocessing.json").read_text())
    assert told["note"]
    assert told["output"]["task"] == case.task

    asked = command("predict", "run", case.ask, "--json", cwd=tmp_path)
    assert asked.code == 0, asked.err
    answers = json.loads(asked.out)
    assert answers
    assert all(key in answer for answer in answers for key in case.keys)
    # The same from the exported file alone.
    again = command("predict", f"run/{artifact.path}", case.ask, "--json", cwd=tmp_path)
    assert json.loads(again.out) == answers
