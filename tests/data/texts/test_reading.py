from pathlib import Path

import numpy as np
import pytest

from automl.data.files.listing import listing_of
from automl.data.options import ReadOptions
from automl.data.texts.reading import read_texts
from automl.errors import UserInputError
from automl.preprocessing.base import part_from


def listed(root: Path, texts: dict[str, bytes], splits: tuple[str, ...] = ()):
    """Writes files named ``class/name`` and lists them."""
    files = []
    for name, content in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files.append(path)
    labels = [name.split("/")[0] for name in texts]
    return listing_of(root, files, labels=labels, splits=splits)


def test_texts_become_ids_of_their_words(tmp_path: Path) -> None:
    files = {"a/1.txt": b"one two two", "b/2.txt": b"Two, three", "a/3.txt": b"one three two!"}
    raw = read_texts(listed(tmp_path, files), ReadOptions())
    encoder = raw.encoder
    assert encoder.vocabulary[:3] == ("two", "one", "three")
    assert raw.input.vocabulary == len(encoder.vocabulary) + 2
    assert (
        raw.x.tolist() == encoder.encode(["one two two", "two, three", "one three two!"]).tolist()
    )
    assert raw.y.tolist() == [0, 1, 0]
    assert (raw.task, raw.class_names) == ("classification", ("a", "b"))


def test_every_encoding_is_read(tmp_path: Path) -> None:
    text = "Caf\u00e9 \u201cquoted\u201d two words"
    files = {
        f"a/{number}.txt": text.encode(encoding)
        for number, encoding in enumerate(
            ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")
        )
    } | {"b/1.txt": "caf\u00e9\x81 words".encode("latin-1")}
    raw = read_texts(listed(tmp_path, files), ReadOptions())
    assert not raw.skipped
    assert len(set(map(tuple, raw.x[:7].tolist()))) == 1
    assert "2 files are no UTF-8 and were read as Windows-1252 (Latin-1)." in raw.notes
    assert "3 files were read as UTF-16." in raw.notes


def test_what_is_no_text_is_skipped_and_said(tmp_path: Path) -> None:
    files = {
        "a/1.txt": b"good text",
        "a/empty.txt": b"",
        "a/blank.txt": b" \r\n ",
        "b/1.txt": b"good, too",
        "b/picture.txt": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "b/packed.txt": b"\x1f\x8b" + b"\0" * 50,
    }
    raw = read_texts(listed(tmp_path, files), ReadOptions())
    found = {one.where: one.reason for one in raw.skipped}
    assert found["a/empty.txt"] == found["a/blank.txt"] == "is empty"
    assert found["b/picture.txt"] == "is no text"
    assert found["b/packed.txt"].startswith("cannot be read")
    assert len(raw.x) == 2


def test_nothing_readable_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserInputError, match="empty"):
        read_texts(listed(tmp_path, {"a/1.txt": b"", "b/2.txt": b" "}), ReadOptions())


def test_the_vocabulary_is_of_training_texts_alone(tmp_path: Path) -> None:
    files = {f"a/{number}.txt": b"common word" for number in range(20)}
    files |= {"b/rare.txt": b"other other common", "b/last.txt": b"common last last"}
    listing = listed(tmp_path, files, splits=("",) * 21 + ("test",))
    raw = read_texts(listing, ReadOptions())
    assert set(raw.encoder.vocabulary) == {"common", "word", "other"}
    fitted = raw.fit(np.arange(20))
    assert set(fitted.encoder.vocabulary) == {"common", "word"}
    assert fitted.x.shape == (21, 4)
    assert fitted.test[0].tolist() == fitted.encoder.encode(["common last last"]).tolist()
    assert part_from(fitted.encoder.to_dict()) == fitted.encoder


def test_words_seen_once_are_unknown_unless_most_are(tmp_path: Path) -> None:
    files = {f"a/{number}.txt": b"the same words again and again" for number in range(20)}
    many = read_texts(listed(tmp_path, files | {"b/1.txt": b"seldom"}), ReadOptions())
    assert "seldom" not in many.encoder.vocabulary
    files = {"a/x.txt": b"few words", "b/y.txt": b"other texts"}
    few = read_texts(listed(tmp_path / "few", files), ReadOptions())
    assert set(few.encoder.vocabulary) == {"few", "words", "other", "texts"}


def test_size_and_length_are_bounded(tmp_path: Path) -> None:
    files = {f"a/{n}.txt": f"w{n} w{n} w{n % 7} shared".encode() for n in range(30)}
    files["a/long.txt"] = b"shared " * 5000
    options = ReadOptions(vocabulary=12)
    raw = read_texts(listed(tmp_path, files), options)
    assert raw.input.vocabulary == 12
    assert raw.input.shape == (4,)
    assert any("1 of 31 texts are longer and were cut" in note for note in raw.notes)
    raw = read_texts(listed(tmp_path, files), ReadOptions(length=9))
    assert raw.input.shape == (9,)
    with pytest.raises(UserInputError, match="vocabulary"):
        read_texts(listed(tmp_path, files), ReadOptions(vocabulary=2))
