"""Sets of the catalogue as `tfds.testing.mock_data` makes them up: features as they are."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
import tensorflow_datasets as tfds

from automl.data.options import ReadOptions
from automl.data.tfds import opening
from automl.data.tfds.source import TfdsSource


@pytest.fixture
def read(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_check_reachable", lambda hosts, name: None)

    def load(name, count=12, **options):
        with tfds.testing.mock_data(num_examples=count):
            return TfdsSource().load(f"tfds:{name}", ReadOptions(data_dir=str(tmp_path), **options))

    return load


@pytest.mark.parametrize(
    ("name", "kind", "shape", "classes"),
    [
        ("mnist", "image", (28, 28, 1), 10),
        ("cifar10", "image", (32, 32, 3), 10),
        ("emnist/letters", "image", (28, 28, 1), 37),
        ("penguins", "vector", (4,), 3),
    ],
)
def test_small_pictures_and_tensors(read, name, kind, shape, classes):
    raw = read(name)
    assert (raw.input.kind, raw.x.shape) == (kind, (12, *shape))
    assert len(raw.target.names) == classes
    assert raw.task == "classification"


def test_pictures_of_several_sizes_get_one(read):
    raw = read("cats_vs_dogs", color="rgb")
    assert raw.x.shape[0] == 12
    assert raw.x.shape[3] == 3
    assert raw.target.names == ("cat", "dog")
    assert raw.encoder.name == "image"


def test_texts_become_tokens(read):
    raw = read("imdb_reviews", length=9)
    assert (raw.input.kind, raw.x.shape, raw.encoder.name) == ("tokens", (12, 9), "text")
    assert raw.target.names == ("neg", "pos")


def test_sounds_go_the_way_of_files(read):
    raw = read("spoken_digit")
    assert len(raw.x) == 12
    assert (raw.encoder.name, raw.front.name) == ("audio", "log_mel")
    assert len(raw.target.names) == 10


def test_scalars_are_the_columns_of_a_table(read):
    raw = read("titanic", count=40)
    assert raw.encoder.name == "table"
    assert {column.kind for column in raw.encoder.columns} == {"number", "category"}
    assert raw.target.kind == "class"


def test_another_target_of_a_table(read):
    raw = read("titanic", count=40, target=("fare",))
    assert (raw.task, raw.target.names) == ("regression", ("fare",))
