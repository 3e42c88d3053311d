"""What is written for a page, and when it is written anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.data.base import Target
from automl.demo.drawing import drawing_of
from automl.demo.exported import find_exported
from automl.demo.preparing import prepare
from automl.demo.samples import UNKNOWN_MARKS, choose, write_samples
from automl.demo.site import is_current, is_site, write_site
from automl.errors import UserInputError
from automl.preprocessing.array import ArrayEncoder
from automl.preprocessing.audio import AudioEncoder
from automl.preprocessing.image import ImageEncoder
from automl.preprocessing.table import Column, TableEncoder
from automl.preprocessing.text import TextEncoder
from automl.testing.models import small_summary
from automl.verify.tfjs_node import TFJSWasmRuntime

CLASSES = Target("class", ("a", "b"))


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A TF.js folder as an export leaves it, with a model that nothing runs here."""
    if reason := TFJSWasmRuntime().missing():
        pytest.skip(reason)
    from automl.preprocessing import usage

    folder = tmp_path / "tfjs" / "float32"
    folder.mkdir(parents=True)
    (folder / "w.bin").write_bytes(b"\x00" * 12)
    model = {"weightsManifest": [{"paths": ["w.bin"], "weights": []}]}
    (folder / "model.json").write_text(json.dumps(model))
    record = usage.usage(small_summary(), "classification")
    (folder.parent / "preprocessing.json").write_text(json.dumps(record))
    return folder


def test_a_site_of_a_folder_holds_all_that_a_page_needs(exported: Path, tmp_path: Path) -> None:
    site = write_site(find_exported(exported.parent), tmp_path / "site")
    assert is_site(site)
    html = (site / "index.html").read_text()
    named = [part.split('"')[0] for part in html.split('src="')[1:] + html.split('href="')[1:]]
    for name in named:
        assert name.startswith("#") or (site / name).is_file(), name
    assert (site / "model" / "w.bin").read_bytes() == b"\x00" * 12
    assert (site / "runtime" / "tfjs-backend-wasm-simd.wasm").stat().st_size > 100_000
    assert (site / "data" / "picture.mjs").is_file()
    settings = json.loads((site / "demo.json").read_text())
    assert settings["samples"] == 0
    assert settings["names"] == list(small_summary().target.names)
    assert "https:" not in html and "http:" not in html
    assert not [file for file in site.rglob("*") if file.suffix in (".py", ".kt")]


def test_a_site_is_written_anew_when_its_model_changes(exported: Path, tmp_path: Path) -> None:
    found = find_exported(exported / "model.json")
    site = write_site(found, tmp_path / "site")
    assert is_current(site, found)
    (exported / "w.bin").write_bytes(b"\x01" * 12)
    assert not is_current(site, found)
    assert prepare(site, tmp_path) == site
    assert is_current(prepare(exported, tmp_path / "spare"), found)
    left = [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert not left, "nothing half written stays"


def test_other_files_are_never_replaced(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years")
    with pytest.raises(UserInputError, match="holds other files"):
        write_site(find_exported(exported), tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years"


def test_a_model_that_names_files_elsewhere_is_refused(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    model = {"weightsManifest": [{"paths": ["../../secret"], "weights": []}]}
    (exported / "model.json").write_text(json.dumps(model))
    with pytest.raises(UserInputError, match="outside its folder"):
        write_site(find_exported(exported), tmp_path / "site")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"weightsManifest": 3}'])
def test_what_is_no_model_is_said_in_one_line(exported: Path, tmp_path: Path, content: str) -> None:
    (exported / "model.json").write_text(content)
    with pytest.raises(UserInputError, match=r"is no TF\.js model"):
        write_site(find_exported(exported), tmp_path / "site")


def written(tmp_path: Path, x: np.ndarray, encoder: Any, target: Target = CLASSES) -> list[dict]:
    y = np.zeros((len(x), 1)) if target.kind == "number" else np.zeros(len(x), np.int64)
    outputs = np.full((len(x), 2), 0.1, np.float32)
    record = None if encoder is None else json.loads(json.dumps(encoder.to_dict()))
    write_samples(tmp_path, x, y, outputs, target=target, encoder=record)
    found: list[dict] = json.loads((tmp_path / "samples" / "samples.json").read_text())["samples"]
    return found


def test_numbers_lose_nothing(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(0, 1e3, (3, 4)).astype(np.float32)
    x[0, 0] = 7
    encoder = ArrayEncoder(kind="vector", shape=(4,))
    samples = written(tmp_path, x, encoder, Target("number", ("price",)))
    again = np.array([sample["given"]["values"] for sample in samples], np.float32)
    np.testing.assert_array_equal(again, x)
    assert samples[0]["given"]["values"][0] == 7
    assert np.float32(samples[0]["keras"][0]) == np.float32(0.1)
    assert samples[0]["truth"] == [0]


def test_pictures_and_sounds_are_files_that_read_back_the_same(tmp_path: Path) -> None:
    import soundfile
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 6, 3)).astype(np.float32)
    for at, sample in enumerate(written(tmp_path, pixels, ImageEncoder(5, 6, 3))):
        read = np.asarray(Image.open(tmp_path / sample["given"]["picture"]))
        np.testing.assert_array_equal(read, pixels[at])
        assert sample["truth"] == "a"
    wave = (np.random.default_rng(0).integers(-32768, 32767, (2, 50)) / 32768).astype(np.float32)
    for waves in (wave, wave / 3):
        for at, sample in enumerate(written(tmp_path, waves, AudioEncoder(8000, 50))):
            read, rate = soundfile.read(tmp_path / sample["given"]["sound"], dtype="float32")
            np.testing.assert_array_equal(read, waves[at])
            assert rate == 8000


def test_a_text_has_the_same_ids_and_reads_as_people_write(tmp_path: Path) -> None:
    encoder = TextEncoder(("it", "is", "(", "so", ")", ".", "'", "s"), 10)
    x = encoder.encode(["It's (so) strange.", "is it"])
    samples = written(tmp_path, x, encoder)
    texts = [sample["given"]["text"] for sample in samples]
    assert texts[0] == f"it's (so) {UNKNOWN_MARKS[0]}."
    np.testing.assert_array_equal(encoder.encode(texts), x)


def test_a_row_is_told_in_the_words_of_its_table(tmp_path: Path) -> None:
    encoder = TableEncoder(
        (
            Column("age", "number"),
            Column("city", "category", ("Bern", "Genève")),
            Column("day", "date"),
        )
    )
    rows = [
        {"age": "41.5", "city": "Genève", "day": "2024-05-01"},
        {"age": None, "city": None, "day": None},
    ]
    x = np.stack([encoder.row(row) for row in rows])
    samples = written(tmp_path, x, encoder)
    assert samples[0]["given"]["rows"] == [{"age": 41.5, "city": "Genève", "day": "2024-05-01"}]
    again = np.stack([encoder.row(sample["given"]["rows"][0]) for sample in samples])
    np.testing.assert_array_equal(again, x)


def test_samples_keep_to_a_budget_and_one_is_always_there(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(0, 1, (10, 9_000)).astype(np.float32)
    assert len(written(tmp_path, x, None)) == 1
    assert len(written(tmp_path, x[:, :10], None)) == 10


def test_each_class_is_chosen_before_any_twice() -> None:
    y = np.array([0] * 50 + [1] * 3 + [2])
    assert y[choose(y, 5, by_class=True)].tolist() == [0, 1, 2, 0, 1]
    assert len(choose(np.zeros(3), 10, by_class=False)) == 3


def test_drawings_are_known_by_their_strokes() -> None:
    from dataclasses import replace

    summary = small_summary()
    spec = replace(summary.input, kind="image", shape=(28, 28, 1), low=0.0, high=255.0)
    data = replace(summary, input=spec, front=None)
    x = np.zeros((20, 28, 28, 1), np.float32)
    for at in range(20):
        x[at, 4:24, 10 + at % 5 : 13 + at % 5] = 255
    found = drawing_of(x, data)
    assert found is not None
    assert found["dark"] is True
    assert found["reach"] == pytest.approx(20 / 28, abs=0.01)
    assert 0.1 < found["width"] < 0.2
    light = drawing_of(255 - x, data)
    assert light is not None and light["dark"] is False
    assert drawing_of(np.random.default_rng(0).uniform(0, 255, x.shape), data) is None
    assert drawing_of(np.repeat(x, 3, axis=-1), data) is None
