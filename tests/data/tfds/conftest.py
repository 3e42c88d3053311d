"""A set on disk, written once."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from automl.data.options import ReadOptions


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory):
    from automl.testing.small_tfds import write_small_tfds

    folder = tmp_path_factory.mktemp("tfds")
    write_small_tfds(folder)
    return str(folder)


@pytest.fixture
def read(data_dir):
    """Reads the small set; what is given are options."""
    from automl.data.tfds.source import TfdsSource

    def load(rest="", **options):
        uri = f"tfds:small_pictures{rest}"
        return TfdsSource().load(uri, ReadOptions(data_dir=data_dir, **options))

    return load
