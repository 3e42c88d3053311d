"""Train and test files that belong together."""

from __future__ import annotations

import pytest

from automl.data.dataset import find_source, load
from automl.data.options import ReadOptions
from automl.data.series.source import SeriesSource
from automl.errors import UserInputError

HEADER = "@problemName A\n@univariate true\n@classLabel true 1 2\n@data\n"


def body(count, steps=4):
    rows = (",".join(str(row + step) for step in range(steps)) for row in range(1, count + 1))
    return "".join(f"{row}:{1 + number % 2}\n" for number, row in enumerate(rows))


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "A"
    place.mkdir()
    (place / "A_TRAIN.ts").write_text(HEADER + body(8))
    (place / "A_TEST.ts").write_text(HEADER + body(6, 5))
    return place


@pytest.mark.parametrize("name", ["", "A_TRAIN.ts", "A_TEST.ts"])
def test_either_file_or_the_folder_stands_for_both(folder, name):
    uri = str(folder / name)
    source = find_source(uri)
    assert isinstance(source, SeriesSource)
    raw = source.load(uri, ReadOptions())
    assert (len(raw.y), len(raw.test[1])) == (8, 6)
    assert raw.input.shape == (5, 1)
    assert raw.input.ragged
    assert raw.notes[0] == "Read A_TRAIN.ts and A_TEST.ts."


def test_the_test_file_named_for_the_test_split_is_just_that(folder):
    train = folder / "other.ts"
    train.write_text(HEADER + body(20, 5))
    named = str(folder / "A_TEST.ts")
    data = load(str(train), test=named, validation=0.25, seed=0)
    assert data.summary.counts["test"] == 6


def test_a_lone_file_is_split_later(folder):
    (folder / "A_TEST.ts").unlink()
    raw = SeriesSource().load(str(folder), ReadOptions())
    assert raw.test is None
    assert len(raw.y) == 8


def test_series_of_one_channel_may_be_taken_as_rows_of_numbers(folder):
    (folder / "A_TEST.ts").write_text(HEADER + body(6))
    raw = SeriesSource().load(str(folder), ReadOptions(input="vector"))
    assert (raw.input.kind, raw.input.shape) == ("vector", (4,))


def test_files_of_single_channels_beside_the_whole_are_passed_over(folder):
    (folder / "ADimension1_TRAIN.ts").write_text(HEADER + body(8))
    assert len(SeriesSource().load(str(folder), ReadOptions()).y) == 8


def test_a_folder_of_several_sets_asks_which(folder):
    (folder / "B_TRAIN.ts").write_text(HEADER + body(8))
    with pytest.raises(UserInputError, match="one set of series"):
        SeriesSource().load(str(folder.rename(folder.parent / "both")), ReadOptions())


def test_files_that_do_not_belong_together_are_named(folder):
    wide = HEADER.replace("univariate true", "univariate false")
    (folder / "A_TEST.ts").write_text(wide + "1,2:3,4:1\n")
    with pytest.raises(UserInputError, match="must have the same channels"):
        SeriesSource().load(str(folder), ReadOptions())


def test_other_folders_are_not_its_own(tmp_path):
    (tmp_path / "cats").mkdir()
    assert not SeriesSource.matches(str(tmp_path))
    with pytest.raises(UserInputError, match=r"existing \.ts file"):
        SeriesSource().load(str(tmp_path / "gone.ts"), ReadOptions())
