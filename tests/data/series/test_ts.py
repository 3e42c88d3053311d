"""The .ts format."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.options import ReadOptions
from automl.data.series.source import SeriesSource
from automl.data.series.ts import read_ts
from automl.errors import UserInputError

HEADER = """# A comment, and an é.
@problemName Small
@timeStamps false
@missing false
@univariate false
@dimensions 2
@equalLength false
@classLabel true 1 2
@data
"""


@pytest.fixture
def write(tmp_path):
    def put(body, header=HEADER, name="small.ts"):
        path = tmp_path / name
        path.write_text(header + body, encoding="utf-8")
        return path

    return put


def test_channels_are_columns_and_steps_are_rows(write):
    cases = read_ts(write("1,2,3:4,5,6:1\n7,8:9,10:2\n"))
    assert cases.class_names == ("1", "2")
    assert cases.y.tolist() == ["1", "2"]
    np.testing.assert_array_equal(cases.x[0], [[1, 4], [2, 5], [3, 6]])
    np.testing.assert_array_equal(cases.x[1], [[7, 9], [8, 10]])
    assert cases.ragged


def test_missing_values_are_nan_and_shorter_channels_end_in_them(write):
    (case,) = read_ts(write("1,?,NaN,4:5,6:1\n")).x
    np.testing.assert_array_equal(case, [[1, 5], [np.nan, 6], [np.nan, np.nan], [4, np.nan]])


def test_series_of_several_lengths_are_padded_with_rows_of_zeros(write):
    rows = "".join(f"1,2,3:4,5,6:{1 + row % 2}\n7,?:9,10:{1 + row % 2}\n" for row in range(6))
    raw = SeriesSource().load(str(write(rows)), ReadOptions())
    assert (raw.input.kind, raw.input.shape, raw.input.ragged) == ("series", (3, 2), True)
    assert raw.class_names == ("1", "2")
    np.testing.assert_array_equal(raw.x[1], [[7, 9], [7, 10], [0, 0]])
    assert any("6 missing values" in note for note in raw.notes)


def test_series_of_one_length_that_end_in_zeros_are_not_padded(write):
    header = HEADER.replace("@dimensions 2\n", "")
    rows = "".join(f"{row},1,0:{1 + row % 2}\n" for row in range(1, 7))
    raw = SeriesSource().load(str(write(rows, header)), ReadOptions())
    assert raw.input.shape == (3, 1)
    assert not raw.input.ragged


def test_labels_may_be_written_as_other_numbers(write):
    assert read_ts(write("1:1:1.0\n1:1:2\n")).y.tolist() == ["1", "2"]


def test_numbers_can_be_what_is_learned(write):
    header = HEADER.replace("@classLabel true 1 2", "@targetLabel true")
    cases = read_ts(write("1,2:3,4:0.5\n1,2:3,4:?\n", header))
    assert cases.y[0] == 0.5
    assert np.isnan(cases.y[1])


def test_without_classes_the_last_part_is_a_channel(write):
    header = HEADER.replace("true 1 2", "false")
    cases = read_ts(write("1,2:3,4\n", header))
    assert cases.y is None
    assert cases.x[0].shape == (2, 2)


def test_time_stamps_are_read_and_left_out(write):
    header = HEADER.replace("@timeStamps false", "@timeStamps true")
    body = "(0,1.5),(1,2.5):(2004-01-01 12:30:00,3),(2004-01-01 12:31:00,4):1\n"
    cases = read_ts(write(body, header))
    np.testing.assert_array_equal(cases.x[0], [[1.5, 3], [2.5, 4]])
    assert "Time stamps are left out" in cases.notes[0]


@pytest.mark.parametrize(
    ("body", "header", "words"),
    [
        ("", HEADER, "must hold cases after @data"),
        ("1,x:2,3:1\n", HEADER, "line 10: values must be numbers or '?'"),
        ("1,2:1\n", HEADER, "@dimensions says 2 channels. Received: 1"),
        ("1:2:3\n", HEADER, "one that @classLabel names (1, 2). Received: '3'"),
        ("1,2\n", HEADER, "must follow the last ':'"),
        ("1,2:1\n", HEADER.replace("@dimensions 2", "@dimensions two"), "whole number"),
        ("1,2:1\n", HEADER.replace("true 1 2", "perhaps"), "true or false"),
        ("1:1\n1:2:1\n", HEADER.replace("@dimensions 2\n", ""), "as many channels"),
        ("1:1\n", "nonsense\n", "line 1: expected @key or @data"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(write, body, header, words):
    with pytest.raises(UserInputError) as caught:
        read_ts(write(body, header))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
