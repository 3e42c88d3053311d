"""Files of tables, however they are written."""

from __future__ import annotations

import gzip
import json

import pandas
import pytest

from automl.data.tables.reading import framed, read_table
from automl.errors import UserInputError

ROWS = 'name,size\nÄpfel,1\n"Birnen, grün",2\n'
CELLS = [["Äpfel", "1"], ["Birnen, grün", "2"]]


def table(tmp_path, content, name="t.csv"):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(file)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_every_usual_encoding_is_read(tmp_path, encoding, said):
    found = table(tmp_path, ROWS.encode(encoding))
    assert list(found.frame.columns) == ["name", "size"]
    assert found.frame.to_numpy().tolist() == CELLS
    assert any(said in note for note in found.notes) == bool(said)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    lines = [["a", "b", "c"], ["1", "x y", "2.5"], ["2", "z", "3"]]
    found = table(tmp_path, "\n".join(delimiter.join(line) for line in lines))
    assert found.frame.to_numpy().tolist() == lines[1:]


def test_decimal_commas_do_not_pass_for_delimiters(tmp_path):
    found = table(tmp_path, "a;b\n1,5;2,5\n3,5;4,5\n")
    assert found.frame.to_numpy().tolist() == [["1,5", "2,5"], ["3,5", "4,5"]]


def test_tabs_of_a_tsv_win_over_commas_in_texts(tmp_path):
    found = table(tmp_path, "a\tb\nx, y\t1\nz, w\t2\n", "t.tsv")
    assert found.frame["a"].tolist() == ["x, y", "z, w"]


def test_quoted_fields_hold_delimiters_quotes_and_line_breaks(tmp_path):
    found = table(tmp_path, 'a,b\n"x, ""y""\nz",1\n"",2\n')
    assert found.frame["a"].tolist() == ['x, "y"\nz', ""]
    assert found.places == ["line 2", "line 4"]


def test_ragged_rows_are_skipped_and_told_by_their_lines(tmp_path):
    found = table(tmp_path, 'a,b,c\n1,2,3\n1,2\n"x\ny",2,3\n1,2,3,4\n\n7,8,9\n')
    assert found.frame["a"].tolist() == ["1", "x\ny", "7"]
    assert [(each.where, each.reason) for each in found.skipped] == [
        ("line 3", "has 2 fields instead of 3"),
        ("line 6", "has 4 fields instead of 3"),
    ]
    assert found.places == ["line 2", "line 4", "line 8"]


def test_a_quote_that_is_never_closed_costs_the_rows_after_it_and_is_told(tmp_path):
    found = table(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n7,8\n')
    assert len(found.frame) == 1
    assert [each.where for each in found.skipped] == ["lines 3-5"]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (",a\n0,x\n1,y\n", ["", "a"]),
        ("a,b\nr1,1,2\nr2,3,4\n", ["", "a", "b"]),
        ("a,b\n1,2,\n3,4,\n", ["a", "b", "column_3"]),
        ("a,a,a_2\n1,2,3\n", ["a", "a_3", "a_2"]),
        (" a , b\n1,2\n", ["a", "b"]),
    ],
)
def test_columns_without_a_name_of_their_own_get_one(tmp_path, content, names):
    assert list(table(tmp_path, content).frame.columns) == names


def test_columns_of_one_name_are_told(tmp_path):
    (note,) = table(tmp_path, "a,a\n1,2\n").notes
    assert "'a' is called 'a_2'" in note


def test_a_first_line_of_numbers_is_a_row(tmp_path):
    found = table(tmp_path, "5.1,3.5,setosa\n4.9,3.0,setosa\n")
    assert list(found.frame.columns) == ["column_1", "column_2", "column_3"]
    assert len(found.frame) == 2
    assert "first line" in found.notes[0]


def test_years_in_the_header_are_names(tmp_path):
    assert list(table(tmp_path, "1990,1991\n5,6\n").frame.columns) == ["1990", "1991"]


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv"])
def test_compressed_tables_are_read(tmp_path, name):
    assert len(table(tmp_path, gzip.compress(ROWS.encode()), name).frame) == 2


def test_lines_of_json_are_read_and_bad_ones_told(tmp_path):
    lines = ['{"a": 1, "b": "x"}', "nonsense", "", "[1]", '{"b": "y", "c": true}']
    found = table(tmp_path, "\n".join(lines), "t.jsonl")
    assert found.records() == [
        {"a": 1, "b": "x", "c": None},
        {"a": None, "b": "y", "c": True},
    ]
    assert found.places == ["line 1", "line 5"]
    assert [(each.where, each.reason) for each in found.skipped] == [
        ("line 2", "is no JSON"),
        ("line 4", "is no JSON object"),
    ]


def test_one_list_of_json_is_read_too(tmp_path):
    assert len(table(tmp_path, json.dumps([{"a": 1}, {"a": 2}]), "t.ndjson").frame) == 2


def test_parquet_is_read_with_its_types(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(
        {"a": [1, 2], "b": ["x", None], "c": pandas.to_datetime(["2020-01-02", None])}
    )
    frame.to_parquet(tmp_path / "t.parquet")
    found = read_table(tmp_path / "t.parquet")
    assert found.records() == [{"a": 1, "b": "x", "c": 18263}, {"a": 2, "b": None, "c": None}]
    assert found.places == ["row 1", "row 2"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "t.csv", "empty"),
        (b" \n\n", "t.csv", "empty"),
        (b"a,b\n", "t.csv", "without rows"),
        (b"a,b\n1\n", "t.csv", "without rows; 1 could not be read"),
        (b"nonsense\n", "t.jsonl", "without rows"),
        (b"nonsense", "t.parquet", "cannot be read as Parquet"),
        (bytes(range(256)) * 9, "t.csv", "is no text"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path, content, name, words):
    with pytest.raises(UserInputError, match=words) as caught:
        table(tmp_path, content, name)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(UserInputError, match="existing file"):
        read_table(tmp_path / "gone.csv")


def test_the_index_of_a_frame_is_a_column_where_it_means_something():
    plain = pandas.DataFrame({"a": [1, 2]})
    assert list(framed(plain).frame.columns) == ["a"]
    assert list(framed(plain.set_axis([5, 9])).frame.columns) == ["a"]
    dated = plain.set_axis(pandas.date_range("2020", periods=2))
    assert list(framed(dated).frame.columns) == ["time", "a"]
    assert list(framed(dated.rename_axis("day")).frame.columns) == ["day", "a"]
    assert list(framed(plain.rename(columns={"a": 7})).frame.columns) == ["7"]
