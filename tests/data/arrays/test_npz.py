"""The .npz source."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from automl.data.arrays.npz import NpzSource
from automl.data.options import ReadOptions
from automl.errors import UserInputError

X = (np.arange(6 * 16).reshape(6, 4, 4) % 255).astype("uint8")
Y = np.array([0, 1, 2] * 2)


@pytest.fixture
def npz(tmp_path):
    def write(**arrays):
        path = tmp_path / "data.npz"
        np.savez(path, **arrays)
        return str(path)

    return write


@pytest.mark.parametrize("names", [("x", "y"), ("x_train", "y_train")])
def test_both_usual_names_are_read(npz, names):
    raw = NpzSource().load(npz(**dict(zip(names, (X, Y), strict=True))), ReadOptions())
    assert raw.x.shape == (6, 4, 4, 1)
    assert raw.test is None


def test_a_test_split_and_class_names_are_read(npz):
    raw = NpzSource().load(
        npz(x=X, y=Y, x_test=X[:2], y_test=Y[:2], class_names=["ant", "bee", "cat"]), ReadOptions()
    )
    assert raw.class_names == ("ant", "bee", "cat")
    assert raw.test[1].tolist() == [0, 1]


def test_labels_may_be_words(npz):
    raw = NpzSource().load(npz(x=X, y=np.array(["b", "a", "b"] * 2)), ReadOptions())
    assert raw.class_names == ("a", "b")
    assert raw.y.tolist() == [1, 0, 1] * 2


class Bomb:
    """Tells of having been unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a file was allowed to run code",))


@pytest.mark.parametrize("name", ["x", "y", "extra"])
def test_pickled_objects_are_refused_and_not_run(npz, name):
    arrays = {"x": X, "y": Y} | {name: np.array([Bomb()] * 6, dtype=object)}
    with pytest.raises(UserInputError, match=r"cannot be read as \.npz"):
        NpzSource().load(npz(**arrays), ReadOptions())


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", pickle.dumps({"x": 1}), b"PK\x03\x04" + b"\0" * 50, "cut", "an array"],
)
def test_a_damaged_file_is_named(npz, tmp_path, content):
    path = npz(x=X, y=Y)
    whole = (tmp_path / "data.npz").read_bytes()
    if content == "an array":
        with (tmp_path / "data.npz").open("wb") as file:
            np.save(file, X)
    else:
        damaged = whole[: len(whole) // 2] if content == "cut" else content
        (tmp_path / "data.npz").write_bytes(damaged)
    with pytest.raises(UserInputError, match=r"data\.npz cannot be read as \.npz") as caught:
        NpzSource().load(path, ReadOptions())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_flipped_byte_is_noticed(tmp_path, save):
    path = str(tmp_path / "data.npz")
    save(path, x=X, y=Y)
    content = bytearray((tmp_path / "data.npz").read_bytes())
    content[len(content) // 3] ^= 0xFF
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(UserInputError):
        NpzSource().load(path, ReadOptions())


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"y": Y}, "must hold arrays x and y (or x_train and y_train). Received: y."),
        ({"x": X, "y": Y, "y_test": Y}, "both x_test and y_test, or neither"),
        ({}, "Received: none."),
        ({"x": X, "y": Y[:3]}, "one label per example (6)"),
        ({"x": X[0, 0], "y": Y}, "x must be images"),
        ({"x": X, "y": Y, "x_test": X[:2], "y_test": Y[:1]}, "y_test must hold"),
        ({"x": X, "y": Y, "class_names": ["only"]}, "class names"),
        ({"x": X, "y": Y, "x_test": X[:2]}, "y_test"),
    ],
)
def test_what_does_not_fit_is_named(npz, arrays, words):
    with pytest.raises(UserInputError) as caught:
        NpzSource().load(npz(**arrays), ReadOptions())
    assert words in str(caught.value)


def test_a_missing_file_is_named():
    with pytest.raises(UserInputError, match=r"existing .npz file. Received: nowhere/a.npz"):
        NpzSource().load("nowhere/a.npz", ReadOptions())
