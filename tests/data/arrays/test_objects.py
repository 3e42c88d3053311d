"""Data that a Python program holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.data.arrays.objects import from_object
from automl.data.dataset import split
from automl.data.options import ReadOptions
from automl.errors import UserInputError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 4)).astype("float32")
Y = np.arange(60) % 3
TEXTS = [f"{word} fish number {number}" for number in range(20) for word in ("red", "old", "two")]


def frame():
    return pd.DataFrame(X, columns=list("abcd")).assign(color=["red", "blue"] * 30, kind=Y)


def read(data, **more):
    options = {name: more.pop(name) for name in list(more) if name not in ("validation", "test")}
    return from_object(data, ReadOptions(**options), **more)


@pytest.mark.parametrize(
    "data",
    [(X, Y), [X, Y], (X.tolist(), Y.tolist()), (X, pd.Series(Y)), {"x": X, "y": Y}],
    ids=["tuple", "list", "lists", "series", "dict"],
)
def test_pairs_and_dicts_of_arrays(data):
    raw = read(data)
    np.testing.assert_allclose(raw.x, X)
    assert raw.y.tolist() == Y.tolist()


def test_an_array_alone_has_no_labels():
    assert read(X).task == "anomaly"


@pytest.mark.parametrize("test", [(X[:9], Y[:9]), {"x": X[:9], "y": Y[:9]}])
@pytest.mark.parametrize("data", [(X, Y), {"x": X, "y": Y}])
def test_splits_may_be_data_too(data, test):
    raw = read(data, test=test, validation=(X[:6], Y[:6]))
    assert (len(raw.y), len(raw.validation[1]), len(raw.test[1])) == (60, 6, 9)


@pytest.mark.parametrize("labels", [["a", "b", "c"] * 20, pd.Series(["a", "b", "c"] * 20)])
def test_texts_with_labels(labels):
    raw = read((TEXTS, labels), test=(["red sea", "old sea"], ["a", "b"]))
    assert (raw.input.kind, raw.target.names) == ("tokens", ("a", "b", "c"))
    assert raw.test[1].tolist() == [0, 1]


def test_frames_are_read_as_tables():
    raw = read(frame(), target=("kind",))
    assert raw.x.shape == (60, 5)
    assert raw.task == "classification"


def test_a_frame_and_a_column_of_labels():
    table = frame()
    raw = read((table.drop(columns="kind"), table["kind"]))
    assert raw.y.tolist() == Y.tolist()


def test_given_frames_are_encoded_alike():
    table = frame()
    test = table[::-1][:12].assign(color=["blue", "green"] * 6)
    raw = read(table, target=("kind",), validation=table[40:], test=test)
    fitted = raw.fit(np.arange(30))
    assert [len(fitted.x), len(fitted.validation[0]), len(fitted.test[0])] == [60, 20, 12]
    np.testing.assert_array_equal(fitted.validation[0], fitted.x[40:])
    # Red, blue, and a value that training never saw.
    assert len(set(fitted.x[:, 4].tolist())) == 2
    assert len(set(fitted.test[0][:, 4].tolist()) - set(fitted.x[:, 4].tolist())) == 1


def test_groups_stay_together_beside_given_frames():
    table = frame().assign(who=[f"p{row // 6}" for row in range(60)])
    raw = read(table, target=("kind",), group="who", test=table[:6])
    assert raw.groups.tolist() == table["who"].tolist()
    assert raw.x.shape[1] == 5


def test_what_is_fitted_in_the_end_is_fitted_on_training_rows():
    table = frame()
    table.loc[::7, "a"] = np.nan
    raw = read(table, target=("kind",), test=table[:9].assign(a=1e6))
    data = split(raw, "frame", "arrays", test=0.2, validation=0.2, seed=0)
    assert data.summary.counts["test"] == 9
    assert max(data.summary.front["median"]) < 10


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (3, "Received: int"),
        ([X], "Received: list"),
        ({"z": X}, "must hold arrays x and y"),
        ((frame(), Y[:5]), "one for each row (60)"),
    ],
)
def test_other_things_are_refused(data, words):
    with pytest.raises(UserInputError) as caught:
        read(data)
    assert words in str(caught.value)


def test_the_test_split_of_a_frame_is_a_frame():
    with pytest.raises(UserInputError, match=r"must be one too\. Received: tuple"):
        read(frame(), target=("kind",), test=(X, Y))
    with pytest.raises(UserInputError, match="It lacks 'b'"):
        read(frame(), target=("kind",), test=frame().drop(columns="b"))
