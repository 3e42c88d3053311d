"""Files of numbers, fed as they are."""

from __future__ import annotations

import json

import numpy as np
import pytest

from automl.errors import UserInputError
from automl.preprocessing.array import ArrayEncoder
from automl.preprocessing.base import part_from

ROW = ArrayEncoder("vector", (3,), ("a", "b", "c"))
SERIES = ArrayEncoder("series", (4, 2), padded=True)
ONE_CHANNEL = ArrayEncoder("series", (4, 1))
GREY = ArrayEncoder("image", (2, 3, 1))
TOKENS = ArrayEncoder("tokens", (4,), dtype="int32", padded=True)


def fed(encoder, path):
    return [example.x.tolist() for example in encoder.examples(str(path))]


@pytest.mark.parametrize("encoder", [ROW, SERIES, GREY, TOKENS])
def test_its_record_brings_it_back(encoder):
    assert part_from(json.loads(json.dumps(encoder.to_dict()))) == encoder


@pytest.mark.parametrize(
    ("encoder", "array", "count"),
    [
        (ROW, np.ones(3), 1),
        (ROW, np.ones((5, 3)), 5),
        (GREY, np.ones((2, 3)), 1),
        (GREY, np.ones((2, 3, 1)), 1),
        (GREY, np.ones((5, 2, 3)), 5),
        (GREY, np.ones((5, 2, 3, 1)), 5),
        (SERIES, np.ones((4, 2)), 1),
        (SERIES, np.ones((2, 2)), 1),
        (SERIES, np.ones((5, 4, 2)), 5),
        (ONE_CHANNEL, np.ones((5, 4)), 5),
        (TOKENS, np.ones(2, int), 1),
        (TOKENS, np.ones((5, 4), int), 5),
    ],
)
def test_arrays_hold_one_example_or_several(tmp_path, encoder, array, count):
    np.save(tmp_path / "some.npy", array)
    examples = list(encoder.examples(str(tmp_path / "some.npy")))
    assert len(examples) == count
    assert all(example.x.shape == encoder.shape for example in examples)
    assert all(example.x.dtype == encoder.dtype for example in examples)
    assert examples[-1].name == ("some.npy" if count == 1 else f"some.npy[{count - 1}]")


def test_an_archive_is_read_where_x_is(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.ones((2, 3)), y=np.zeros(2))
    assert len(fed(ROW, tmp_path / "a.npz")) == 2


def test_every_file_of_a_folder_is_read(tmp_path):
    for name in ("b.npy", "a.npy", ".hidden.npy"):
        np.save(tmp_path / name, np.ones(3))
    (tmp_path / "notes.md").write_text("no numbers")
    assert [each.name for each in ROW.examples(str(tmp_path))] == ["a.npy", "b.npy"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,2,3\n4,5,6\n", [[1, 2, 3], [4, 5, 6]]),
        ("1 2 3\n", [[1, 2, 3]]),
        ("c;b;a\n3;2;1\n", [[1, 2, 3]]),
        ("\ufeffa\tb\tc\textra\n1\t2\t3\tx\n", [[1, 2, 3]]),
        ("# a comment\n1,2,3\n", [[1, 2, 3]]),
    ],
)
def test_rows_of_text_are_rows_of_numbers(tmp_path, text, rows):
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    assert fed(ROW, tmp_path / "rows.csv") == rows


def test_an_empty_cell_is_a_missing_number(tmp_path):
    (tmp_path / "rows.csv").write_text("1,,3\n")
    assert np.isnan(fed(ROW, tmp_path / "rows.csv")[0][1])


def test_a_text_file_is_one_series_and_a_short_one_is_padded(tmp_path):
    (tmp_path / "one.csv").write_text("1,2\n3,4\n")
    assert fed(SERIES, tmp_path / "one.csv") == [[[1, 2], [3, 4], [0, 0], [0, 0]]]


def test_gaps_in_series_are_filled_as_in_training(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[1.0, 2], [np.nan, 4], [3, np.nan], [4, 5]]))
    assert fed(SERIES, tmp_path / "a.npy") == [[[1, 2], [2, 4], [3, 4.5], [4, 5]]]


def test_files_of_series_are_read_without_their_labels(tmp_path):
    head = "@univariate false\n@classLabel true 1 2\n@data\n"
    (tmp_path / "a.ts").write_text(head + "1,2:3,4:1\n5,?,7,8:1,2,3,4:2\n")
    assert fed(SERIES, tmp_path / "a.ts") == [
        [[1, 3], [2, 4], [0, 0], [0, 0]],
        [[5, 1], [6, 2], [7, 3], [8, 4]],
    ]


@pytest.mark.parametrize(
    ("encoder", "content", "words"),
    [
        (ROW, np.ones(4), "must hold a row of numbers of shape (3,). Received: (4,)"),
        (GREY, np.ones((3, 3)), "Received: (3, 3, 1)"),
        (ONE_CHANNEL, np.ones((3, 1)), "of shape (4, 1)"),
        (ROW, np.array(["a", "b", "c"]), "must hold numbers"),
        (ROW, "a,b\n1,2\n", "lacks the column 'c'"),
        (ROW, "1,2,3\n1,2\n", "as many numbers each"),
        (ROW, "1,2,3\n1,x,3\n", "Row 2 does not"),
        (ROW, "", "must hold rows of numbers"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, encoder, content, words):
    path = tmp_path / ("a.csv" if isinstance(content, str) else "a.npy")
    if isinstance(content, str):
        path.write_text(content)
    else:
        np.save(path, content)
    with pytest.raises(UserInputError) as caught:
        list(encoder.examples(str(path)))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    for name in ("a.png", "gone.npy", "."):
        with pytest.raises(UserInputError):
            list(ROW.examples(str(tmp_path / name)))


def test_it_says_what_to_feed_and_writes_nothing(tmp_path):
    assert ROW.describe() == (
        "Feed a row of numbers as float32, 3 (features). In this order: a, b, c."
    )
    assert "Pad shorter ones at their end with zeros" in SERIES.describe()
    assert ROW.write(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []
