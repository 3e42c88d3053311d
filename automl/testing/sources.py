"""What every data source must keep."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from automl.data.base import RawData, Source
from automl.data.dataset import read_split, split
from automl.errors import UserInputError

#: Modules that answering a wrong DATA must not wait for.
HEAVY = ("numpy", "tensorflow", "keras", "keras_tuner", "sklearn")


class SourceContract:
    """Subclass it and override the `source` and `uri` fixtures.

    `uri` names something the source can read, preferably small. Override
    `unreadable` to return what looks like the source's own and cannot be read,
    such as the path of a file that is not there.
    """

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError("Override the `source` fixture to return an instance.")

    @pytest.fixture
    def uri(self, tmp_path: Path) -> str:
        raise NotImplementedError("Override the `uri` fixture to return readable data.")

    @pytest.fixture
    def unreadable(self, tmp_path: Path) -> str | None:
        return None

    @pytest.fixture
    def raw(self, source: Source, uri: str) -> RawData:
        return source.load(uri)

    def test_says_what_it_reads(self, source: Source) -> None:
        assert source.name
        assert source.pattern

    def test_takes_its_own_and_leaves_the_rest(self, source: Source, uri: str) -> None:
        assert source.matches(uri) is True
        for other in ("", "no-such-data", "song.mp3"):
            assert source.matches(other) is False

    def test_knows_its_own_without_importing_anything_heavy(self, source: Source, uri: str) -> None:
        cls = type(source)
        code = (
            f"import sys; sys.path[:] = {sys.path!r}\n"
            f"from {cls.__module__} import {cls.__qualname__} as source\n"
            f"assert source.matches({uri!r})\n"
            f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == []

    def test_examples_are_what_the_input_says(self, raw: RawData) -> None:
        assert raw.x.shape[1:] == raw.input.shape
        assert raw.x.dtype.kind in "uif"
        assert np.isfinite(raw.x).all()
        assert raw.x.min() >= raw.input.low
        assert raw.x.max() <= raw.input.high

    def test_labels_index_the_classes(self, raw: RawData) -> None:
        assert raw.y.dtype == np.int64
        assert raw.y.shape == (len(raw.x),)
        assert set(raw.y.tolist()) <= set(range(len(raw.class_names)))
        assert len(set(raw.class_names)) == len(raw.class_names)
        assert all(isinstance(name, str) for name in raw.class_names)

    def test_a_test_split_of_its_own_is_alike(self, raw: RawData) -> None:
        if raw.test is None:
            return
        x, y = raw.test
        assert x.shape[1:] == raw.x.shape[1:]
        assert len(x) == len(y) > 0
        assert set(y.tolist()) <= set(range(len(raw.class_names)))

    def test_reading_again_gives_the_same(self, source: Source, uri: str, raw: RawData) -> None:
        again = source.load(uri)
        np.testing.assert_array_equal(again.x, raw.x)
        np.testing.assert_array_equal(again.y, raw.y)
        assert (again.input, again.class_names) == (raw.input, raw.class_names)

    def test_it_can_be_split_kept_and_read_back(
        self, source: Source, uri: str, raw: RawData, tmp_path: Path
    ) -> None:
        data = split(raw, uri, source.name, test=0.2, validation=0.2, seed=0)
        data.save(tmp_path)
        for name, (x, y) in data.splits.items():
            kept_x, kept_y = read_split(tmp_path, name)
            np.testing.assert_array_equal(kept_x, x.astype(np.float32))
            np.testing.assert_array_equal(kept_y, y)

    def test_what_cannot_be_read_is_said_in_one_line(
        self, source: Source, unreadable: str | None
    ) -> None:
        if unreadable is None:
            pytest.skip(f"{inspect.getdoc(type(source))}: nothing it matches is unreadable")
        assert source.matches(unreadable)
        with pytest.raises(UserInputError) as caught:
            source.load(unreadable)
        assert "\n" not in str(caught.value)
