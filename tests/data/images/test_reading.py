from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from automl.data.decoding import cache
from automl.data.storage import StoredExamples
from automl.errors import UserInputError


def test_pixels_and_classes_are_those_of_the_files(pictures, read):
    raw = read(pictures)
    assert (raw.x.shape, raw.x.dtype) == ((12, 10, 12, 1), np.uint8)
    assert raw.y.tolist() == [0] * 6 + [1] * 6
    assert (raw.class_names, raw.task) == (("cats", "dogs"), "classification")
    assert (raw.input.kind, raw.input.shape, raw.input.low, raw.input.high) == (
        "image", (10, 12, 1), 0.0, 255.0,
    )  # fmt: skip
    with Image.open(pictures / "dogs" / "2.png") as image:
        np.testing.assert_array_equal(raw.x[8, ..., 0], np.asarray(image))
    assert (raw.notes, raw.skipped, raw.front) == ((), (), None)


def test_the_encoder_sees_files_as_training_did(pictures, picture, read):
    picture("RGBA", 40, 30).save(pictures / "cats" / "large.png")
    raw = read(pictures)
    named = list(raw.encoder.examples(str(pictures)))
    assert [each.name for each in named] == [
        *(f"cats/{number}.png" for number in range(6)),
        "cats/large.png",
        *(f"dogs/{number}.png" for number in range(6)),
    ]
    np.testing.assert_array_equal([each.x for each in named], raw.x)
    assert named[0].x.dtype == np.float32


def test_grey_stays_grey_whatever_it_is_stored_as(pictures, picture, read):
    for number in range(3):
        picture().convert("RGB").save(pictures / "cats" / f"grey{number}.png")
    raw = read(pictures)
    assert raw.x.shape == (15, 10, 12, 1)
    assert any("3 pictures stored in colour show none" in note for note in raw.notes)


def test_one_coloured_picture_makes_all_rgb(pictures, picture, read):
    picture("RGB").save(pictures / "dogs" / "zz.png")
    assert read(pictures).x.shape == (13, 10, 12, 3)


@pytest.mark.parametrize(("color", "channels"), [("grey", 1), ("rgb", 3)])
def test_the_user_chooses_colour(pictures, picture, read, color, channels):
    picture("RGB").save(pictures / "dogs" / "zz.png")
    assert read(pictures, color=color).x.shape[-1] == channels


def test_the_user_chooses_a_size(pictures, read):
    raw = read(pictures, image_size=(6, 5))
    assert raw.x.shape == (12, 6, 5, 1)
    assert any("12 pictures of another size than 6x5" in note for note in raw.notes)


@pytest.mark.parametrize(
    "options",
    [{"image_size": (0, 5)}, {"color": "sepia"}, {"sample_rate": 8000}, {"target": ("a",)}],
)
def test_options_that_make_no_sense_are_refused_in_one_line(pictures, read, options):
    with pytest.raises(UserInputError) as caught:
        read(pictures, **options)
    assert "\n" not in str(caught.value)


def test_large_pictures_of_one_size_are_resized_in_the_file(tmp_path, picture, read):
    for name in ("a", "b"):
        (tmp_path / "large" / name).mkdir(parents=True)
        for number in range(2):
            picture("RGB", 240, 160).save(tmp_path / "large" / name / f"{number}.png")
    raw = read(tmp_path / "large")
    assert raw.x.shape == (4, 160, 240, 3)
    assert raw.input.shape == (64, 96, 3)
    assert (raw.front.raw_shape, raw.front.to_height, raw.front.to_width) == ((160, 240, 3), 64, 96)
    assert any("the exported file takes them so" in note for note in raw.notes)
    small = read(tmp_path / "large", memory=1_000_000)
    assert (small.x.shape, small.front) == ((4, 64, 96, 3), None), "raw ones would take too much"


def test_what_exceeds_the_memory_stays_on_disk(pictures, read, cache_folder):
    kept = read(pictures)
    stored = read(pictures, memory=500)
    assert isinstance(stored.x, StoredExamples)
    assert stored.x.paths[0].is_relative_to(cache_folder)
    np.testing.assert_array_equal(stored.x[:], kept.x)
    np.testing.assert_array_equal(stored.y, kept.y)
    assert any("stay on disk" in note for note in stored.notes)


def test_splits_on_disk_are_not_read(tmp_path, picture, read):
    for split in ("train", "val", "test"):
        for name in ("a", "b"):
            (tmp_path / "set" / split / name).mkdir(parents=True)
            for number in range(2):
                picture().save(tmp_path / "set" / split / name / f"{number}.png")
    raw = read(tmp_path / "set", memory=100)
    whole = read(tmp_path / "set")
    for on_disk, kept in ((raw.x, whole.x), (raw.validation[0], whole.validation[0]),
                          (raw.test[0], whole.test[0])):  # fmt: skip
        assert isinstance(on_disk, StoredExamples)
        np.testing.assert_array_equal(on_disk[:], kept)


def test_progress_is_told_to_the_end(pictures, read):
    told = []
    read(pictures, progress=lambda *words: told.append(words))
    assert told[-1] == (12, 12, "images")
    assert [done for done, _, what in told if what == "images"] == sorted(
        done for done, _, what in told if what == "images"
    )


def count_decoding(monkeypatch):
    from automl.data.images import reading

    calls = []
    decode = reading.decode
    monkeypatch.setattr(reading, "decode", lambda *args: calls.append(args) or decode(*args))
    return calls


def test_what_was_decoded_once_is_not_decoded_again(pictures, picture, read, monkeypatch):
    (pictures / "cats" / "zero.png").touch()
    picture("L", 20, 20).save(pictures / "cats" / "other.png")
    calls = count_decoding(monkeypatch)
    first = read(pictures)
    assert len(calls) == 13
    second = read(pictures)
    assert len(calls) == 13
    np.testing.assert_array_equal(first.x, second.x)
    assert (first.notes, first.skipped, first.input, first.encoder) == (
        second.notes, second.skipped, second.input, second.encoder,
    )  # fmt: skip


@pytest.mark.parametrize("change", ["content", "time", "more", "less", "name", "size", "color"])
def test_any_change_is_seen(pictures, picture, read, monkeypatch, change):
    read(pictures)
    file = pictures / "cats" / "0.png"
    options = {}
    if change == "content":
        picture("L", 12, 11).save(file)
    elif change == "time":
        os.utime(file, (1, 1))
    elif change == "more":
        picture().save(pictures / "cats" / "9.png")
    elif change == "less":
        file.unlink()
    elif change == "name":
        file.rename(pictures / "cats" / "9.png")
    else:
        options = {"size": {"image_size": (4, 4)}, "color": {"color": "rgb"}}[change]
    calls = count_decoding(monkeypatch)
    read(pictures, **options)
    assert calls


@pytest.mark.parametrize("damage", ["cut", "garbage", "no facts", "facts"])
def test_a_damaged_cache_is_made_anew(pictures, read, cache_folder, damage):
    first = read(pictures)
    (entry,) = cache_folder.iterdir()
    file = entry / cache.EXAMPLES
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-50])
    elif damage == "garbage":
        file.write_bytes(b"garbage")
    elif damage == "no facts":
        (entry / cache.FACTS).unlink()
    else:
        (entry / cache.FACTS).write_text(json.dumps({"count": 3}))
    np.testing.assert_array_equal(read(pictures).x, first.x)


def test_the_cache_is_bounded_and_the_oldest_goes_first(
    tmp_path, picture, read, cache_folder, monkeypatch
):
    monkeypatch.setattr(cache, "LIMIT", 3_000)
    for number in range(4):
        for name in ("a", "b"):
            folder = tmp_path / f"set{number}" / name
            folder.mkdir(parents=True)
            for each in range(3):
                picture().save(folder / f"{each}.png")
    seen = []
    for number in range(4):
        before = set(cache_folder.iterdir()) if number else set()
        read(tmp_path / f"set{number}")
        (new,) = set(cache_folder.iterdir()) - before
        os.utime(new, (number, number))
        seen.append(new)
    left = set(cache_folder.iterdir())
    assert seen[3] in left
    assert seen[0] not in left
    assert sum(file.stat().st_size for each in left for file in each.iterdir()) <= 3_000


def test_an_interrupted_reading_leaves_nothing_that_counts(pictures, read, cache_folder):
    def stop(done, total, what):
        if what == "images":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(pictures, progress=stop)
    assert list(cache_folder.iterdir()) == []
    assert len(read(pictures).x) == 12


def test_a_cache_that_cannot_be_written_is_one_line(pictures, read, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AUTOML_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserInputError, match="AUTOML_CACHE") as caught:
        read(pictures)
    assert "\n" not in str(caught.value)
