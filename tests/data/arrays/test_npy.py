"""x.npy beside y.npy."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.arrays.npy import NpySource
from automl.data.dataset import split
from automl.data.options import ReadOptions
from automl.data.storage import StoredExamples
from automl.errors import UserInputError

X = np.random.default_rng(0).normal(size=(9, 4))
Y = np.array([0, 1, 2] * 3)


@pytest.fixture
def save(tmp_path):
    def write(**arrays):
        for name, array in arrays.items():
            np.save(tmp_path / f"{name}.npy", array)
        return tmp_path

    return write


def read(path, **options):
    return NpySource().load(str(path), ReadOptions(**options))


@pytest.mark.parametrize(
    ("x", "y"),
    [("x", "y"), ("X", "y"), ("X", "Y"), ("x_train", "y_train"), ("wine_x", "wine_y"),
     ("wine", "wine_y")],
)  # fmt: skip
def test_labels_lie_beside_the_examples(save, x, y):
    raw = read(save(**{x: X, y: Y}) / f"{x}.npy")
    assert raw.y.tolist() == Y.tolist()
    assert raw.test is None


@pytest.mark.parametrize("name", ["x", "x_train", "set_x"])
def test_other_splits_lie_beside_them_too(save, name):
    stem = name.removesuffix("_train")
    folder = save(**{name: X, name.replace("x", "y"): Y})
    save(**{f"{stem}_test": X[:3], f"{stem.replace('x', 'y')}_test": Y[:3]})
    save(**{f"{stem}_val": X[:6], f"{stem.replace('x', 'y')}_val": Y[:6]})
    raw = read(folder / f"{name}.npy")
    assert (len(raw.y), len(raw.validation[1]), len(raw.test[1])) == (9, 6, 3)


def test_examples_alone_are_for_anomalies_and_it_is_said(save):
    raw = read(save(x=X) / "x.npy")
    assert raw.task == "anomaly"
    assert "No labels beside x.npy: y.npy would hold them." in raw.notes


def test_target_names_another_file(save):
    assert read(save(x=X, y=Y, age=X[:, 0]) / "x.npy", target=("age",)).task == "regression"


def test_a_structured_array_is_both_at_once(save):
    table = np.zeros(9, [("x", "f4", (4,)), ("y", "i8")])
    table["x"], table["y"] = X, Y
    raw = read(save(data=table) / "data.npy")
    assert raw.x.shape == (9, 4)
    assert raw.y.tolist() == Y.tolist()


def test_what_exceeds_the_memory_stays_on_disk(save):
    path = save(x=X, y=Y) / "x.npy"
    raw = read(path, memory=200)
    assert isinstance(raw.x, StoredExamples)
    assert (raw.input.kind, raw.y.tolist()) == ("vector", Y.tolist())
    data = split(raw, str(path), "npy", test=0.4, validation=0.4, seed=0, memory=200)
    alike = split(read(path), str(path), "npy", test=0.4, validation=0.4, seed=0)
    np.testing.assert_allclose(data.summary.input.mean, alike.summary.input.mean, rtol=1e-5)


@pytest.mark.parametrize("content", [b"", b"no array", np.array([{}], dtype=object), "archive"])
def test_a_damaged_file_is_named_in_one_line(tmp_path, content):
    path = tmp_path / "x.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        with path.open("wb") as file:
            np.savez(file, x=X)
    else:
        np.save(path, content)
    with pytest.raises(UserInputError, match=r"x\.npy cannot be read as \.npy") as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named():
    with pytest.raises(UserInputError, match=r"existing \.npy file\. Received: nowhere/x\.npy"):
        read("nowhere/x.npy")
