"""Other data to test on is brought to the form that DATA was fitted to."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from automl.data.dataset import load
from automl.data.options import ReadOptions
from automl.errors import UserInputError

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
        (
            [(1.5, "Bern", "yes"), (2.5, "Chur", ""), (3.5, "Chur", "no")],
            "needs a label. Received: 3 examples and 2 labels",
        ),
    ],
)
def test_labels_that_do_not_fit_are_refused(data, tmp_path, rows, words):
    with pytest.raises(UserInputError) as caught:
        loaded(data, table(tmp_path / "test.csv", rows))
    assert words in str(caught.value)


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


def test_what_cannot_be_made_alike_is_refused_with_the_way_out(tmp_path):
    for name in ("data", "test"):
        for number in range(20):
            file = tmp_path / name / f"class {number % 2}" / f"{number}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"the {name} number {number}")
    with pytest.raises(UserInputError, match="Put both into one folder, as train/ and test/"):
        load(str(tmp_path / "data"), test=str(tmp_path / "test"), validation=0.2, seed=0)
