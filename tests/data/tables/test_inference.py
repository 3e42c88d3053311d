"""What columns are found to be."""

from __future__ import annotations

import datetime

import numpy as np
import pandas
import pytest

from automl.data.tables.cells import read_cells
from automl.data.tables.inference import decimal_mark, infer
from automl.errors import UserInputError

COUNT = 60


def cells(values, name="a", dtype=None):
    return read_cells(name, pandas.Series(values, dtype=dtype))


def found(values, name="a", said=None, dtype=None, decimal="."):
    given = {name: said} if said else {}
    return infer([cells(values, name, dtype)], decimal, given)[name]


def repeated(*texts):
    return [texts[at % len(texts)] for at in range(COUNT)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([str(at / 7) for at in range(COUNT)], "number"),
        (repeated("1", "2", "NA"), "number"),
        (repeated("1,200", "2,345.5"), "number"),
        (repeated("red", "green", ""), "category"),
        (repeated("True", "False"), "category"),
        (repeated("2020-01-02", "2020-02-03T10:00Z"), "date"),
        (repeated("31/01/2020", "01/02/2020"), "date"),
        (repeated("3 Jan 2020", "4 Feb 2021"), "date"),
        ([f"a sentence of words, number {at}" for at in range(COUNT)], "text"),
        (["これはとても長い文章の例です" + str(at) for at in range(COUNT)], "text"),
        ([f"img/{at}.PNG" for at in range(COUNT)], "path"),
        (repeated("a.wav", "b.wav"), "path"),
        ([1.5] * 30 + [2.5] * 30, "number"),
        ([True, False] * 30, "category"),
        ([datetime.date(2020, 1, 1 + at % 20) for at in range(COUNT)], "date"),
        (repeated("1", 2, 3.5), "number"),
    ],
)
def test_the_type_is_what_the_cells_say(values, expected):
    assert found(values).type == expected


@pytest.mark.parametrize(
    ("values", "name", "reason"),
    [
        (["7"] * COUNT, "a", "always the same"),
        ([""] * COUNT, "a", "is empty"),
        ([f"k{at}" for at in range(COUNT)], "a", "different in every row"),
        ([str(at) for at in range(COUNT)], "id", "numbers its rows"),
        ([str(at * 3) for at in range(COUNT)], "PassengerId", "numbers its rows"),
        ([[1]] * COUNT, "a", "holds lists or other objects"),
    ],
)
def test_columns_that_say_nothing_are_left_out_and_why_is_told(values, name, reason):
    each = found(values, name)
    assert (each.type, each.reason) == ("ignore", reason)


def test_different_numbers_are_only_left_out_by_their_name():
    assert found([str(at) for at in range(COUNT)], "height").type == "number"


def test_a_column_with_a_use_is_kept():
    values = cells([f"k{at}" for at in range(COUNT)], "speaker")
    assert infer([values], ".", {}, kept=["speaker"])["speaker"].type == "category"


def test_a_few_cells_of_another_kind_are_told():
    each = found([*map(str, range(COUNT)), "unknown"])
    assert each.type == "number"
    assert each.reason.startswith("1 of 61 cells are no number")


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (repeated("2020-01-02"), "ymd"),
        (repeated("13/01/2020", "02/01/2020"), "dmy"),
        (repeated("01/13/2020", "02/01/2020"), "mdy"),
        (repeated("01/02/2020", "02/01/2020"), "mdy"),
        (repeated("01.02.2020", "02.01.2020"), "dmy"),
    ],
)
def test_the_order_of_a_date_is_the_one_that_reads_most(values, order):
    assert found([*values[:-1], values[0]], said="date").order == order


def test_what_the_user_says_counts():
    assert found(repeated("1", "2"), said="category").type == "category"
    assert found(repeated("a", "b"), said="text").type == "text"
    assert found(repeated("20200101", "20200102"), said="date").type == "date"
    assert found(repeated("a", "b"), said="ignore").reason == "as --column says"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"a": "numbr"}, "a=numbr"),
        ({"a": "number"}, "holds no number. Received: 'x'"),
        ({"a": "date"}, "holds no date"),
    ],
)
def test_what_cannot_be_is_refused(said, words):
    with pytest.raises(UserInputError, match=words):
        infer([cells(repeated("x", "y"))], ".", said)


def test_infinite_cells_are_known_and_not_finite():
    values = cells([*map(str, range(COUNT)), "inf", "-Infinity"]).numbers(".")
    assert np.isinf(values[-2:]).all()
    assert np.isfinite(values[:-2]).all()


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1,5", "22,75"], ","),
        (["1.5", "22.75"], "."),
        (["1,500", "22,750"], "."),
        (["1,500", "22,75"], ","),
        (["a, b", "c"], "."),
    ],
)
def test_the_decimal_mark_is_found(values, mark):
    assert decimal_mark([cells(values)]) == mark


@pytest.mark.parametrize(
    "series",
    [
        pandas.Series([1, 2, None], dtype="Int64"),
        pandas.Series([1.0, 2.0, None], dtype="Float32"),
        pandas.Series([1, 2, None], dtype=object),
        pandas.Series(["1", "2", None], dtype="category"),
        pandas.Series(pandas.to_timedelta(["1D", "2D", None])),
    ],
)
def test_numbers_of_every_type_are_numbers(series):
    np.testing.assert_array_equal(read_cells("a", series).numbers("."), [1, 2, np.nan])


@pytest.mark.parametrize("zone", [None, "Europe/Zurich"])
def test_times_are_days_in_utc(zone):
    times = pandas.Series(pandas.to_datetime(["1970-01-02 12:00", None])).dt.tz_localize(zone)
    days = read_cells("a", times).days("ymd")
    np.testing.assert_allclose(days, [1.5 - (1 / 24 if zone else 0), np.nan])


@pytest.mark.parametrize("form", ["${}", "{} €", "-£{}", "{}%", "$ {}"])
def test_numbers_with_signs_of_money_are_numbers_and_that_is_said(form):
    column = cells([form.format(f"{number},{number % 10}00") for number in range(1, COUNT)])
    assert infer([column], ".", {})["a"].type == "number"
    assert "read without" in infer([column], ".", {})["a"].reason
    assert abs(column.numbers(".")[1]) == 2200


def test_decimal_commas_are_seen_beside_signs():
    assert decimal_mark([cells(["1.234,50 €", "12,5 €", "0,99 €"])]) == ","


def test_dates_with_a_word_for_what_is_not_known_are_dates_and_that_is_said():
    dates = [f"2024-01-{day:02}" for day in range(1, 29)]
    each = found([*dates, *["not yet"] * 9, *["N/A"] * 3])
    assert each.type == "date"
    assert "9 of 37 cells are no date ('not yet')" in each.reason


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (repeated("38", "40", "42", "M", "L"), "category"),
        ([str(at) if at % 3 else f"about {at}" for at in range(COUNT)] * 2, "category"),
    ],
)
def test_words_among_numbers_stay_words_and_the_way_out_is_said(values, type_):
    each = found(values)
    assert each.type == type_
    assert "cells are numbers" in each.reason
    assert "--column a=number" in each.reason
