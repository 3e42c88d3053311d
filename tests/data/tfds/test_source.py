"""Sets of the catalogue, read from disk."""

from __future__ import annotations

import os
import socket

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

from automl.data import dataset
from automl.data.options import ReadOptions
from automl.data.tfds import opening
from automl.data.tfds.source import TfdsSource
from automl.data.tfds.uri import TfdsName, parse_uri
from automl.errors import UserInputError


@pytest.mark.parametrize(
    ("uri", "name", "version", "split"),
    [
        ("tfds:mnist", "mnist", "", ""),
        ("tfds:glue/sst2", "glue/sst2", "", ""),
        ("tfds:mnist:3.0.1", "mnist", "3.0.1", ""),
        ("tfds:mnist:3.*.*", "mnist", "3.*.*", ""),
        ("tfds:mnist:train[:10%]", "mnist", "", "train[:10%]"),
        ("tfds:a/b:1.0.0:train+test", "a/b", "1.0.0", "train+test"),
    ],
)
def test_name_version_and_split_are_told_apart(uri, name, version, split):
    assert parse_uri(uri) == TfdsName(name, version, split)


@pytest.mark.parametrize("uri", ["tfds:", "tfds:../etc", "tfds:a b", "tfds::train"])
def test_other_writings_are_refused(uri):
    with pytest.raises(UserInputError, match=r"is like tfds:NAME"):
        parse_uri(uri)


def test_a_set_comes_with_its_own_splits_and_class_names(read):
    raw = read()
    assert raw.x.shape == (48, 8, 8, 1)
    assert raw.x.dtype == np.uint8
    assert (len(raw.validation[1]), len(raw.test[1])) == (12, 18)
    assert raw.target.names == ("ant", "bee", "cat")
    assert (raw.task, raw.input.kind, raw.input.high) == ("classification", "image", 255)
    # Every class is brighter than the one before.
    means = [raw.x[raw.y == label].mean() for label in range(3)]
    assert means == sorted(means)
    assert "train 48, validation 12, test 18" in " ".join(raw.notes)


def test_the_order_is_always_the_same(read):
    np.testing.assert_array_equal(read().x, read().x)


def test_one_split_can_be_named(read):
    raw = read(":train[:50%]")
    assert len(raw.x) == 24
    assert raw.validation is raw.test is None
    assert len(read(":train+test").x) == 66


def test_target_names_another_feature(read):
    raw = read(target=("weight",))
    assert (raw.target.kind, raw.task, raw.y.shape) == ("number", "regression", (48, 1))


def test_a_list_of_classes_is_several_labels(read):
    raw = read(target=("marks",))
    assert (raw.target.kind, raw.task) == ("labels", "multilabel")
    assert raw.y.shape == (48, 4)
    assert set(raw.y.sum(axis=1)) == {1, 2}


def test_pictures_that_are_to_be_resized_go_the_way_of_files(read):
    raw = read(image_size=(16, 12))
    assert raw.x.shape == (48, 16, 12, 1)
    assert len(raw.test[1]) == 18
    means = [raw.x[raw.y == label].mean() for label in range(3)]
    assert means == sorted(means)


@pytest.mark.parametrize(
    ("rest", "options", "words"),
    [
        (":nope", {}, "has no split 'nope'. It has: train, validation, test"),
        (":9.9.9", {}, "Unknown data set 'small_pictures:9.9.9'"),
        ("", {"target": ("lable",)}, "'lable'"),
        ("", {"target": ("label", "weight")}, "names one feature"),
    ],
)
def test_what_does_not_fit_is_named_in_one_line(read, rest, options, words):
    with pytest.raises(UserInputError) as caught:
        read(rest, **options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_is_answered_with_the_nearest(data_dir):
    with pytest.raises(UserInputError, match=r"Unknown data set 'mnits'.*'mnist'"):
        TfdsSource().load("tfds:mnits", ReadOptions(data_dir=data_dir))


def test_an_unknown_configuration_is_answered_with_those_there_are(data_dir):
    with pytest.raises(UserInputError, match=r"Its configurations: .*sst2") as caught:
        TfdsSource().load("tfds:glue/sst3", ReadOptions(data_dir=data_dir))
    assert "\n" not in str(caught.value)


def no_network(*address, **more):
    raise OSError(-2, "Name or service not known")


def test_without_network_a_download_fails_at_once_and_plainly(tmp_path, monkeypatch, capsys):
    for name in opening.PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(UserInputError, match=r"mnist could not be downloaded: .*--data-dir"):
        TfdsSource().load("tfds:mnist", ReadOptions(data_dir=str(tmp_path)))
    assert capsys.readouterr().out == ""


def test_a_download_that_breaks_is_one_line(tmp_path, monkeypatch, capsys):
    import tensorflow_datasets as tfds

    def break_off(builder, **options):
        raise ConnectionError("the line\nwas cut")

    monkeypatch.setattr(opening, "_check_reachable", lambda hosts, name: None)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", break_off)
    with pytest.raises(UserInputError, match=r"mnist could not be .* the line was cut"):
        TfdsSource().load("tfds:mnist", ReadOptions(data_dir=str(tmp_path)))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("options", [{"columns": {"label": "category"}}, {"vocabulary": 9}])
def test_options_of_another_kind_of_data_are_refused(data_dir, options):
    with pytest.raises(UserInputError, match=r"is for .* holds images"):
        dataset.read("tfds:small_pictures", ReadOptions(data_dir=data_dir, **options))
