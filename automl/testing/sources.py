"""What every data source must keep."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from automl.data.base import RawData, Source, Target
from automl.data.dataset import Dataset, DataSummary, read_split, read_summary, split
from automl.data.options import ReadOptions
from automl.data.storage import chunks
from automl.errors import UserInputError
from automl.preprocessing.base import Encoder, Front, part_from
from automl.registry import TASKS

#: Modules that answering a wrong DATA must not wait for.
HEAVY = ("numpy", "tensorflow", "keras", "keras_tuner", "sklearn", "pandas", "PIL")


class SourceContract:
    """Subclass it and override the `source` and `uri` fixtures.

    `uri` names something the source can read, preferably small. Override
    `options` where reading needs some, and `unreadable` to return what looks
    like the source's own and cannot be read, such as the path of a file that is
    not there.
    """

    @pytest.fixture
    def source(self) -> Source:
        raise NotImplementedError("Override the `source` fixture to return an instance.")

    @pytest.fixture
    def uri(self, tmp_path: Path) -> str:
        raise NotImplementedError("Override the `uri` fixture to return readable data.")

    @pytest.fixture
    def options(self) -> ReadOptions:
        return ReadOptions()

    @pytest.fixture
    def unreadable(self, tmp_path: Path) -> str | None:
        return None

    @pytest.fixture
    def raw(self, source: Source, uri: str, options: ReadOptions) -> RawData:
        return source.load(uri, options)

    @pytest.fixture
    def fitted(self, raw: RawData) -> RawData:
        """What becomes of the data when all examples are training examples."""
        return fitted_on(raw, np.arange(len(raw.y)))

    @pytest.fixture
    def dataset(self, source: Source, uri: str, raw: RawData) -> Dataset:
        return split(raw, uri, source.name, test=0.2, validation=0.2, seed=0)

    def test_says_what_it_reads(self, source: Source) -> None:
        assert source.name
        assert source.pattern
        assert source.heeds <= {each.name for each in fields(ReadOptions)}

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

    def test_examples_are_what_an_exported_file_is_fed(self, fitted: RawData) -> None:
        shape = fitted.input.shape if fitted.front is None else fitted.front.raw_shape
        assert fitted.x.shape == (len(fitted.y), *shape)
        assert fitted.x.dtype.kind in "uif"
        if fitted.front is not None:
            return  # It may take what is missing.
        for part in chunks(fitted.x):
            assert np.isfinite(part).all()
            assert part.min() >= fitted.input.low
            assert part.max() <= fitted.input.high

    def test_a_front_makes_of_them_what_a_space_takes(self, fitted: RawData) -> None:
        if fitted.front is None:
            pytest.skip("examples go to a space as they are")
        from automl.preprocessing.graft import features_of

        features = features_of(fitted.front, fitted.x[:3])
        assert features.shape[1:] == fitted.input.shape
        assert np.isfinite(features).all()

    def test_labels_are_what_the_target_says(self, raw: RawData) -> None:
        check_labels(raw.y, raw.target, len(raw.x))
        assert len(set(raw.target.names)) == len(raw.target.names)
        assert all(isinstance(name, str) for name in raw.target.names)
        assert raw.target.mean == raw.target.std == (), "they are those of the training split"

    def test_splits_of_its_own_are_alike(self, fitted: RawData) -> None:
        for given in (fitted.validation, fitted.test):
            if given is not None:
                x, y = given
                assert x.shape[1:] == fitted.x.shape[1:]
                assert len(x) > 0
                check_labels(y, fitted.target, len(x))

    def test_groups_are_one_for_each_example(self, raw: RawData) -> None:
        assert raw.groups is None or raw.groups.shape == (len(raw.y),)
        assert raw.overlap >= 0

    def test_what_is_asked_is_a_task_and_why_is_said(self, raw: RawData) -> None:
        assert not raw.task or (raw.task in TASKS.names() and raw.why)

    def test_what_a_person_should_know_is_plain_text(self, raw: RawData) -> None:
        assert all(note and "\n" not in note for note in raw.notes)
        assert all(each.where and each.reason for each in raw.skipped)

    def test_reading_again_gives_the_same(
        self, source: Source, uri: str, options: ReadOptions, fitted: RawData
    ) -> None:
        again = source.load(uri, options)
        again = fitted_on(again, np.arange(len(again.y)))
        np.testing.assert_array_equal(again.x[:], fitted.x[:])
        np.testing.assert_array_equal(again.y, fitted.y)
        assert (again.input, again.target) == (fitted.input, fitted.target)
        assert records(again) == records(fitted)

    def test_fitting_on_some_keeps_all(self, raw: RawData) -> None:
        if raw.fit is None:
            pytest.skip("nothing is fitted")
        some = raw.fit(np.arange(0, len(raw.y), 2))
        assert some.x.shape[0] == len(raw.y)
        np.testing.assert_array_equal(some.y, raw.y)
        assert (some.target.kind, some.target.names) == (raw.target.kind, raw.target.names)
        assert (some.task, some.ordered, some.overlap) == (raw.task, raw.ordered, raw.overlap)

    def test_preprocessing_survives_its_records(self, fitted: RawData) -> None:
        for part, role in ((fitted.front, Front), (fitted.encoder, Encoder)):
            if part is not None:
                assert isinstance(part, role)
                again = part_from(json.loads(json.dumps(part.to_dict())))
                assert again.to_dict() == part.to_dict()
                assert type(again) is type(part)
        if fitted.encoder is not None:
            assert fitted.encoder.describe()

    def test_it_can_be_split_kept_and_read_back(self, dataset: Dataset, tmp_path: Path) -> None:
        folder = tmp_path / "run"
        folder.mkdir()
        dataset.save(folder)
        assert read_summary(folder) == dataset.summary
        for name, (x, y) in dataset.splits.items():
            kept_x, kept_y = read_split(folder, name)
            np.testing.assert_array_equal(kept_x[:], x[:])
            np.testing.assert_array_equal(kept_y, y)

    def test_its_summary_survives_json(self, dataset: Dataset) -> None:
        record = json.loads(json.dumps(dataset.summary.to_dict()))
        assert DataSummary.from_dict(record) == dataset.summary

    def test_what_cannot_be_read_is_said_in_one_line(
        self, source: Source, unreadable: str | None, options: ReadOptions
    ) -> None:
        if unreadable is None:
            pytest.skip(f"{inspect.getdoc(type(source))}: nothing it matches is unreadable")
        assert source.matches(unreadable)
        with pytest.raises(UserInputError) as caught:
            source.load(unreadable, options)
        assert "\n" not in str(caught.value)


def fitted_on(raw: RawData, rows: np.ndarray) -> RawData:
    """Returns the data with everything fitted on some of its examples."""
    return raw if raw.fit is None else raw.fit(rows)


def records(raw: RawData) -> list[dict[str, object] | None]:
    """Returns the records of what happens to examples before a space."""
    return [None if part is None else part.to_dict() for part in (raw.front, raw.encoder)]


def check_labels(y: np.ndarray, target: Target, count: int) -> None:
    """Asserts that labels are written as `Target` says."""
    width = () if target.kind in ("class", "none") else (len(target.names),)
    assert y.shape == (count, *width)
    assert str(y.dtype) == ("int64" if not width else "float32")
    if target.kind == "class":
        assert set(y.tolist()) <= set(range(len(target.names)))
    elif target.kind == "labels":
        assert np.isin(y, (0.0, 1.0)).all()
    elif target.kind == "number":
        assert np.isfinite(y).all()
    else:
        assert not y.any()
