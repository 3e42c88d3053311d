"""An option that the data would ignore is refused, whatever way the data came."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from automl.data.arrays.objects import from_object
from automl.data.dataset import read
from automl.data.options import ReadOptions
from automl.errors import UserInputError

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(40, 3)).astype("float32")
CLASSES = np.arange(40) % 2
#: Options that are for another kind of data than a table of numbers.
OTHERS = {
    "image_size": (8, 8),
    "color": "grey",
    "sample_rate": 8000,
    "seconds": 1.0,
    "length": 5,
    "vocabulary": 100,
}


@pytest.fixture
def table(tmp_path):
    frame = pandas.DataFrame(ROWS, columns=list("abc")).assign(kind=np.where(CLASSES, "x", "y"))
    frame.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


def refused(call, *words):
    with pytest.raises(UserInputError) as caught:
        call()
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


@pytest.mark.parametrize(("name", "value"), OTHERS.items())
def test_a_table_of_numbers_has_no_pictures_sounds_or_texts(table, name, value):
    options = ReadOptions(**{name: value})
    flag = f"--{name.replace('_', '-')}"
    refused(lambda: read(str(table), options), flag, "t.csv holds rows of numbers")
    refused(lambda: from_object(pandas.read_csv(table), options), flag, "rows of numbers")
    refused(lambda: from_object((ROWS, CLASSES), options), flag)


@pytest.mark.parametrize(("name", "value"), [("horizon", 2), ("lookback", 4)])
def test_classes_are_no_forecast(table, name, value):
    refused(lambda: read(str(table), ReadOptions(**{name: value})), "--horizon and --lookback")
    refused(lambda: from_object((ROWS, CLASSES), ReadOptions(**{name: value})), f"--{name}")


@pytest.mark.parametrize("name", ["target", "group", "columns", "time_column"])
def test_arrays_without_names_have_no_columns(name):
    value = {"target": ("a",), "columns": {"a": "number"}}.get(name, "a")
    flag = {"columns": "--column"}.get(name, f"--{name.replace('_', '-')}")
    refused(lambda: from_object((ROWS, CLASSES), ReadOptions(**{name: value})), flag)


def test_ids_of_tokens_have_no_vocabulary_to_choose(tmp_path):
    np.savez(tmp_path / "t.npz", x=RANDOM.integers(1, 9, (40, 6)), y=CLASSES)
    options = ReadOptions(input="tokens", vocabulary=5)
    refused(lambda: read(str(tmp_path / "t.npz"), options), "--vocabulary is for texts")


def test_pictures_in_a_table_have_no_order_of_time_unless_it_is_said(tmp_path):
    np.savez(tmp_path / "i.npz", x=RANDOM.integers(0, 255, (40, 8, 8)), y=CLASSES)
    options = ReadOptions(length=5)
    refused(lambda: read(str(tmp_path / "i.npz"), options), "--length is for texts and series")


def test_what_is_heeded_is_taken(table):
    options = ReadOptions(target=("kind",), group="a", columns={"b": "ignore"})
    assert read(str(table), options).input.kind == "vector"
    assert from_object(pandas.read_csv(table), options).input.kind == "vector"


def test_a_file_of_arrays_is_named_in_messages(tmp_path):
    np.savez(tmp_path / "bad.npz", x=ROWS, y=CLASSES[:7])
    refused(lambda: read(str(tmp_path / "bad.npz"), ReadOptions()), "bad.npz: ")
