"""Rows of tables as numbers: the same in Python and JavaScript, and as they are read."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys

import numpy as np
import pytest

from automl.errors import UserInputError
from automl.preprocessing.base import part_from
from automl.preprocessing.reference.table_row import TableRow
from automl.preprocessing.table import Column, TableEncoder

ENCODER = TableEncoder(
    (
        Column("age", "number"),
        Column("when", "date"),
        Column("on", "date", order="dmy"),
        Column("us", "date", order="mdy"),
        Column("city", "category", ("Bern", "Zürich", "", "東京", "😀", "1", "2.50", "true")),
    )
)
COMMA = TableEncoder((Column("age", "number"),), decimal=",")

NUMBERS = [
    *("1", " 2 ", "-3.5e2", "+.5", "5.", "1,234.5", "1.234,5", "12,5", "1,2345", "0x10", "1_000"),
    *(
        "Infinity",
        "1e400",
        "1e39",
        "-1e-50",
        "٣",
        "\uff11",
        "--1",
        "1 2",
        "",
        "NA",
        "?",
        "\u00a01",
        "\t7\r\n",
    ),
    *("$150,000", "-$5", "$-5", "+€ 5.5", "1.234,5 €", "12%", "%", "$", "$$5", "5 $ 5", "¥.", "3₽"),
    *(7, 1.5, True, False, None, [1], {"a": 1}, 2**70, 16777217, 0.1),
]
DATES = [
    *("2024-02-29", "2023-02-29", "1/2/2024", "13/1/2024", "1/13/2024", "31.12.99", "01.02.70"),
    *("2024-01-02T03:04:05.678Z", "2024-01-02 03:04+02:00", "2024-01-02 03:04 -0530", "20240102"),
    *("2024-01-02 12:30 AM", "2024-01-02 13:30 PM", "2024-13-01", "0000-01-01", "0001-01-01"),
    *("5 Jan 2020", "05-Jan-20", "January 5, 2020", "Sept 3, 2021", "Foo 3, 2021", "2020-07"),
    *("9999-12-31", "2024-01-02 24:00", "2024-01-02 25:00", "1969-12-31 23:59:59", "123-1-1"),
    *("2024/1/2", "1 2 2024", "1-2/2024", "now", "", 19000.5, True, "2024-01-02T00:00:00+14"),
]
CATEGORIES = [
    *(
        "Bern",
        " Bern\n",
        "bern",
        "Zürich",
        "Zu\u0308rich",
        "東京",
        "😀",
        "\u00a0Bern",
        "Ulm",
        "nan",
    ),
    *("1", "1.0", "01", 1, 1.0, "2.5", 2.5, True, False, None, "x" * 10_000, "\ud83d", "__proto__"),
]


def odd_rows():
    size = max(map(len, (NUMBERS, DATES, CATEGORIES)))
    for at in range(size):
        date = DATES[at % len(DATES)]
        yield {
            "age": NUMBERS[at % len(NUMBERS)],
            "when": date,
            "on": date,
            "us": date,
            "city": CATEGORIES[at % len(CATEGORIES)],
        }
    yield {}
    yield {"unknown": 1, "age": "1"}


def in_node(folder, call, rows):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    (folder / "rows.json").write_text(json.dumps(rows))
    (folder / "run.mjs").write_text(
        'import { readFileSync as read } from "node:fs";\n'
        'import { TableRow } from "./table_row.mjs";\n'
        'const code = new TableRow(JSON.parse(read("columns.json")));\n'
        'const rows = JSON.parse(read("rows.json"));\n'
        f"console.log(JSON.stringify({call}.map((row) =>"
        " [...row].map((x) => Number.isNaN(x) ? null : x))));\n"
    )
    done = subprocess.run([node, "run.mjs"], cwd=folder, capture_output=True, text=True, check=True)
    return np.array(json.loads(done.stdout), np.float64).astype(np.float32)


def in_python(folder, rows):
    """Runs the written code alone, as someone without this package does."""
    code = (
        "import json\nfrom table_row import TableRow\ncode = TableRow.read()\n"
        "rows = [code.row(row) for row in json.load(open('rows.json'))]\n"
        "print(json.dumps([[None if x != x else x for x in row] for row in rows]))"
    )
    (folder / "rows.json").write_text(json.dumps(rows))
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.')\n{code}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return np.array(json.loads(done.stdout), np.float64).astype(np.float32)


@pytest.mark.parametrize("encoder", [ENCODER, COMMA], ids=["point", "comma"])
def test_python_and_javascript_give_the_same_numbers(encoder, tmp_path):
    rows = list(odd_rows())
    encoder.write(tmp_path)
    expected = np.stack([encoder.row(row) for row in rows])
    assert np.isfinite(expected).any(axis=0).all()
    np.testing.assert_array_equal(
        in_node(tmp_path, "rows.map((row) => code.row(row))", rows), expected
    )
    np.testing.assert_array_equal(in_python(tmp_path, rows), expected)


@pytest.mark.parametrize(
    ("cell", "decimal", "expected"),
    [
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("12,5", ",", 12.5),
        ("12,5", ".", math.nan),
        ("1.5", ",", 1.5),
        (" 7 ", ".", 7),
        ("$150,000", ".", 150_000),
        ("-1.234,5 €", ",", -1234.5),
        ("12 %", ".", 12),
        (True, ".", 1),
        ("1e39", ".", 3.4028234663852886e38),
        (-(10**400), ".", -3.4028234663852886e38),
        (float("inf"), ".", math.nan),
        ("?", ".", math.nan),
    ],
)
def test_numbers_are_read_as_people_write_them(cell, decimal, expected):
    row = TableEncoder((Column("a", "number"),), decimal).row({"a": cell})
    np.testing.assert_array_equal(row, np.array([expected], np.float32))


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("1970-01-02", "ymd", 1),
        ("2024-02-29", "ymd", 19782),
        ("29.02.2024", "dmy", 19782),
        ("02/29/2024", "mdy", 19782),
        ("29/2/24", "dmy", 19782),
        ("Feb 29, 2024", "ymd", 19782),
        ("29 February 2024", "ymd", 19782),
        ("20240229", "ymd", 19782),
        ("2024-02-29T18:00Z", "ymd", 19782.75),
        ("2024-02-29 6:00 PM", "ymd", 19782.75),
        ("2024-02-29T18:00:00+06:00", "ymd", 19782.5),
        ("2023-02-29", "ymd", math.nan),
    ],
)
def test_dates_are_days_since_1970(cell, order, expected):
    row = TableEncoder((Column("a", "date", order=order),)).row({"a": cell})
    np.testing.assert_array_equal(row, np.array([expected], np.float32))


def test_categories_are_their_place_and_others_share_the_next():
    cities = [row[4] for row in map(ENCODER.row, [{"city": c} for c in ("Bern", "Ulm", None, 1)])]
    np.testing.assert_array_equal(cities, [0, 8, np.nan, 5])


def test_a_record_of_json_gives_the_same_encoder():
    record = json.loads(json.dumps(ENCODER.to_dict()))
    assert part_from(record) == ENCODER


def test_a_row_in_json_or_a_table_is_an_example(tmp_path):
    file = tmp_path / "new.csv"
    file.write_text("city,age\nBern,3\nUlm,\n")
    encoder = TableEncoder((Column("age", "number"), Column("city", "category", ("Bern",))))
    (one,) = encoder.examples('{"age": 3, "city": "Bern"}')
    first, second = encoder.examples(str(file))
    np.testing.assert_array_equal(one.x, [3, 0])
    np.testing.assert_array_equal(first.x, [3, 0])
    np.testing.assert_array_equal(second.x, [np.nan, 1])
    assert (first.name, second.name) == ("line 2", "line 3")


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ('{"agee": 3}', "'age'.*'agee'"),
        ("{nonsense", "JSON"),
        ("[1, 2]", "JSON"),
        ("no/such.csv", "existing file"),
    ],
)
def test_what_is_no_row_is_said_in_one_line(argument, words):
    encoder = TableEncoder((Column("age", "number"),))
    with pytest.raises(UserInputError, match=words) as caught:
        list(encoder.examples(argument))
    assert "\n" not in str(caught.value)


def series_encoder(**options):
    return TableEncoder(
        (Column("a", "number"), Column("b", "number")), lookback=3, time="t", **options
    )


def test_a_series_gives_its_last_rows_in_the_order_of_time(tmp_path):
    file = tmp_path / "s.csv"
    file.write_text("t,a,b\n2020-01-04,4,\n2020-01-01,1,7\n2020-01-02,,\n2020-01-03,3,\n")
    (example,) = series_encoder().examples(str(file))
    np.testing.assert_array_equal(example.x, [[1, 7], [3, 7], [4, 7]])
    assert example.name == "after 2020-01-04"


def test_each_group_gives_a_series(tmp_path):
    file = tmp_path / "s.csv"
    file.write_text("g,t,a,b\n" + "".join(f"{g},{t},{t},0\n" for t in range(5) for g in "xy"))
    examples = list(series_encoder(group="g").examples(str(file)))
    assert [each.name for each in examples] == ["x, after 4", "y, after 4"]
    np.testing.assert_array_equal(examples[1].x[:, 0], [2, 3, 4])


def test_a_series_that_is_too_short_is_said():
    with pytest.raises(UserInputError, match=r"3 rows are needed\. Received: 1"):
        list(series_encoder().examples('{"t": 1, "a": 1, "b": 2}'))


def test_windows_are_the_same_in_javascript(tmp_path):
    rows = [{"a": 1e39, "b": "x"}, {"a": "1", "b": None}, {"a": "", "b": "?"}, {"a": 4}]
    encoder = series_encoder()
    encoder.write(tmp_path)
    expected = encoder.window(rows)
    np.testing.assert_array_equal(expected, [[1, 0], [1, 0], [4, 0]])
    np.testing.assert_array_equal(in_node(tmp_path, "code.window(rows)", rows), expected)


def test_writing_twice_gives_the_same_files(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    names = ENCODER.write(tmp_path / "one")
    assert ENCODER.write(tmp_path / "two") == names
    assert sorted(each.name for each in (tmp_path / "one").iterdir()) == sorted(names)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert TableRow.read(tmp_path / "one").row({"age": 1})[0] == 1


def test_it_says_what_to_feed():
    assert "5 numbers" in ENCODER.describe()
    assert "last 3 rows" in series_encoder().describe()


def test_what_says_nothing_is_doubted(tmp_path):
    encoder = TableEncoder((Column("km", "number"), Column("make", "category", ("kia", "vw"))))
    (tmp_path / "rows.csv").write_text("make,km\nvw,12\nfoo,abc\n,\n", encoding="utf-8")
    sure, doubted, empty = encoder.examples(str(tmp_path / "rows.csv"))
    assert sure.doubts == ()
    assert doubted.doubts == ("km 'abc' is no number", "make 'foo' was not learned from")
    assert empty.doubts == ("no column is known: this is the answer for a usual row",)
    (tmp_path / "ragged.csv").write_text("make,km\nvw,12\nvw\n", encoding="utf-8")
    with pytest.raises(UserInputError, match=r"line 3 has 1 field instead of 2"):
        list(encoder.examples(str(tmp_path / "ragged.csv")))
