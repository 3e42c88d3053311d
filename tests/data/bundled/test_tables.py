"""The tables that ship inside scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.dataset import find_source, split
from automl.data.options import ReadOptions


@pytest.mark.parametrize(
    ("name", "count", "features", "task", "classes"),
    [
        ("wine", 178, 13, "classification", 3),
        ("breast_cancer", 569, 30, "classification", 2),
        ("iris", 150, 4, "classification", 3),
        ("diabetes", 442, 10, "regression", 0),
    ],
)
def test_a_set_is_known_by_its_name(name, count, features, task, classes):
    source = find_source(name)
    raw = source.load(name, ReadOptions())
    assert raw.x.shape == (count, features) == (source.count, features)
    assert raw.input.kind == "vector"
    assert raw.task == source.task == task
    assert len(raw.class_names) == classes
    assert len(raw.encoder.columns) == features


def test_numbers_are_in_their_own_units():
    raw = find_source("diabetes").load("diabetes", ReadOptions())
    assert set(np.unique(raw.x[:, 1])) == {1, 2}
    assert raw.y.shape == (442, 1)
    assert raw.target.names == ("progression",)
    data = split(raw, "diabetes", "diabetes", test=0.2, validation=0.2, seed=0)
    assert data.summary.target.std[0] > 10


def test_rows_can_be_fed_by_the_names_of_their_columns(tmp_path):
    encoder = find_source("iris").load("iris", ReadOptions()).encoder
    file = tmp_path / "flowers.csv"
    names = [*reversed(encoder.columns), "note"]
    file.write_text(",".join(names) + "\n4,3,2,1,tall\n")
    (row,) = encoder.examples(str(file))
    assert row.x.tolist() == [1, 2, 3, 4]
