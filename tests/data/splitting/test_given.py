"""Other data to test on is brought to the form that DATA was fitted to."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from automl.data.dataset import load
from automl.data.options import ReadOptions
from automl.errors import UserInputError
from automl.preprocessing.base import part_from

CITIES = ("Bern", "Basel", "Chur")


def table(path, rows, header=("size", "city", "sold")):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([header, *rows])
    return str(path)


def row(number):
    return (number + 0.5, CITIES[number % 3], "yes" if number % 4 else "no")


@pytest.fixture
def data(tmp_path):
    return table(tmp_path / "data.csv", [row(number) for number in range(60)])


def loaded(data, test):
    options = ReadOptions(target=("sold",))
    return load(data, options=options, test=test, validation=0.2, seed=0)


def test_rows_keep_their_labels_and_are_encoded_alike(data, tmp_path):
    """The other table has fewer categories, another order of words and of classes."""
    numbers = [102, 100, 105, 104, 108]
    both = loaded(data, table(tmp_path / "test.csv", [row(number) for number in numbers]))
    x, y = both.splits["test"]
    names = both.summary.target.names
    assert [names[label] for label in y] == [row(number)[2] for number in numbers]
    assert [number + 0.5 for number in numbers] in x.T.tolist()
    train, _ = both.splits["train"]
    cities = {int(size) % 3: tuple(rest) for size, *rest in train.tolist()}
    for number, (_, *rest) in zip(numbers, x.tolist(), strict=True):
        assert tuple(rest) == cities[number % 3]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([(1.5, "Bern", "maybe"), (2.5, "Chur", "yes")], "Received: maybe."),
        ([(1.5, "yes"), (2.5, "no")], "without 'city'"),
    ],
)
def test_what_does_not_fit_is_refused(data, tmp_path, rows, words):
    header = ("size", "city", "sold") if len(rows[0]) == 3 else ("size", "sold")
    with pytest.raises(UserInputError) as caught:
        loaded(data, table(tmp_path / "test.csv", rows, header))
    assert words in str(caught.value)


def test_rows_without_a_label_are_skipped_and_the_others_stay_with_theirs(data, tmp_path):
    rows = [(1.5, "Bern", "yes"), (2.5, "Chur", ""), (3.5, "Chur", "no"), (4.5, "", "yes")]
    both = loaded(data, table(tmp_path / "test.csv", rows))
    x, y = both.splits["test"]
    assert x[:, 0].tolist() == [1.5, 3.5, 4.5]
    assert [both.summary.target.names[label] for label in y] == ["yes", "no", "yes"]
    assert any(each.where == "line 3" for each in both.summary.skipped)


def test_a_column_that_says_nothing_in_the_other_table_is_read_as_in_data(data, tmp_path):
    rows = [(1.5, "Bern", "yes"), (2.5, "Bern", "no"), (3.5, "Bern", "no")]
    both = loaded(data, table(tmp_path / "test.csv", rows))
    train = {tuple(row) for row in both.splits["train"][0][:, 1:].tolist()}
    assert {tuple(row) for row in both.splits["test"][0][:, 1:].tolist()} < train


def test_a_forecast_is_tested_on_later_rows(tmp_path):
    header = ("day", "load")
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    rows = [(day, number % 7 + 0.1 * (number % 5)) for number, day in enumerate(days)]
    data = table(tmp_path / "data.csv", rows[:200], header)
    options = ReadOptions(time_column="day", target=("load",), horizon=2, lookback=7)
    later = table(tmp_path / "later.csv", rows[200:240], header)
    both = load(data, options=options, test=later, validation=0.2, seed=0)
    x, y = both.splits["test"]
    assert x.shape == (40 - 8, 7, 1)
    np.testing.assert_allclose(y[0], [rows[207][1], rows[208][1]], rtol=1e-6)


def test_pictures_are_read_in_the_size_of_the_others(tmp_path):
    from PIL import Image

    random = np.random.default_rng(0)
    for name, side in (("data", 12), ("test", 9)):
        for number in range(20):
            file = tmp_path / name / f"class {number % 2}" / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(0, 255, (side, side), dtype=np.uint8)).save(file)
    both = load(str(tmp_path / "data"), test=str(tmp_path / "test"), validation=0.2, seed=0)
    assert {name: x.shape for name, (x, _) in both.splits.items()} == {
        "train": (16, 12, 12, 1),
        "validation": (4, 12, 12, 1),
        "test": (20, 12, 12, 1),
    }


def test_texts_of_another_folder_get_the_ids_of_the_vocabulary(tmp_path):
    for name, words in (("data", "old red fish"), ("test", "unseen fish red")):
        for number in range(20):
            file = tmp_path / name / f"class {number % 2}" / f"{number}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{words} number {number}")
    both = load(str(tmp_path / "data"), test=str(tmp_path / "test"), validation=0.2, seed=0)
    encoder = part_from(both.summary.encoder)
    x, y = both.splits["test"]
    (first,) = encoder.examples(str(tmp_path / "test" / "class 0" / "0.txt"))
    np.testing.assert_array_equal(x[0], first.x)
    assert len(x) == 20
    assert sorted(set(y.tolist())) == [0, 1]
