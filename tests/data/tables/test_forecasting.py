"""Tables of time: windows of some steps, and the steps after them."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from automl.data.options import ReadOptions
from automl.data.tables.building import from_frame
from automl.data.tables.seasonality import period_of
from automl.data.tables.source import TableSource
from automl.errors import UserInputError

COUNT = 300
RANDOM = np.random.default_rng(0)


def daily(count=COUNT, **columns):
    times = pandas.date_range("2020-01-01", periods=count).astype(str)
    load = np.sin(np.arange(count) * 2 * np.pi / 7) + 0.05 * RANDOM.normal(size=count)
    return pandas.DataFrame(
        {"day": times, "load": load, "heat": RANDOM.normal(size=count)} | columns
    )


def raw_of(table, **options):
    options.setdefault("time_column", "day")
    options.setdefault("target", ("load",))
    return from_frame(table, ReadOptions(**options))


def says(raw, *words):
    notes = " ".join(raw.notes)
    return all(word in notes for word in words)


def test_windows_see_some_steps_and_forecast_the_next():
    table = daily()
    raw = raw_of(table, lookback=10, horizon=3)
    assert (raw.task, raw.input.kind, raw.input.shape) == ("forecasting", "series", (10, 2))
    assert raw.x.shape == (COUNT - 12, 10, 2)
    values = table[["load", "heat"]].to_numpy(np.float32)
    np.testing.assert_array_equal(raw.x[5], values[5:15])
    np.testing.assert_array_equal(raw.y[5], values[15:18, 0])
    assert raw.target.names == ("load +1", "load +2", "load +3")
    assert raw.target.steps == (1, 2, 3)
    assert raw.ordered
    assert raw.why == "column 'day' orders the rows in time"


def test_several_columns_are_forecast_together():
    table = daily()
    raw = raw_of(table, lookback=10, horizon=2, target=("heat", "load"))
    np.testing.assert_array_equal(
        raw.y[0].reshape(2, 2), table[["heat", "load"]].to_numpy(np.float32)[10:12]
    )
    assert raw.target.names == ("heat +1", "load +1", "heat +2", "load +2")
    assert raw.target.steps == (1, 1, 2, 2)


def test_windows_of_two_splits_share_no_rows():
    raw = raw_of(daily(2000), lookback=10, horizon=3)
    assert raw.overlap == 12
    first, later = raw.x[100], raw.x[100 + raw.overlap + 1]
    seen = {value.tobytes() for value in first} | {value.tobytes() for value in raw.x[103][-3:]}
    assert not seen & {value.tobytes() for value in later}


def test_in_a_short_series_what_is_forecast_is_in_one_split_only():
    raw = raw_of(daily(80), lookback=14, horizon=3)
    assert raw.overlap == 2
    assert says(raw, "no value is forecast in two")
    assert not set(raw.y[20].tolist()) & set(raw.y[20 + raw.overlap + 1].tolist())


def test_the_naive_error_is_that_of_repeating_the_last_value_in_training():
    table = daily()
    raw = raw_of(table, lookback=5, horizon=2)
    train = np.arange(50)
    load = table["load"].to_numpy(np.float32).astype(float)
    errors = [np.abs(load[at + 5 : at + 7] - load[at + 4]).mean() for at in train]
    assert raw.fit(train).target.naive_error == pytest.approx(np.mean(errors), rel=1e-5)
    assert raw.target.naive_error > 0
    assert raw.fit(train).ordered


def test_the_lookback_is_the_season_where_there_is_one():
    raw = raw_of(daily())
    assert raw.input.shape == (7, 2)
    assert says(raw, "1 step ahead", "sees 7 steps", "repeats (7 steps)", "--lookback")


def test_the_lookback_is_a_usual_one_where_nothing_repeats():
    raw = raw_of(daily(load=RANDOM.normal(size=COUNT)))
    assert raw.input.shape == (16, 2)
    assert says(raw, "nothing repeats")


@pytest.mark.parametrize("period", [7, 12, 24])
def test_a_period_is_found_under_trend_and_noise(period):
    steps = np.arange(20 * period)
    values = (
        np.sin(2 * np.pi * steps / period) + 0.02 * steps + 0.3 * RANDOM.normal(size=len(steps))
    )
    assert period_of(values) == period


@pytest.mark.parametrize("values", [np.ones(50), np.arange(50.0), np.zeros(3)])
def test_what_does_not_repeat_has_no_period(values):
    assert period_of(values) == 0


def test_rows_are_sorted_by_time_and_that_is_said():
    table = daily()
    expected = raw_of(table, lookback=5)
    raw = raw_of(table.sample(frac=1, random_state=0), lookback=5)
    np.testing.assert_array_equal(raw.x, expected.x)
    assert says(raw, "have been sorted")
    assert not says(expected, "sorted")


def test_gaps_are_filled_and_counted():
    table = daily()
    table.loc[[0, 1, 7], "heat"] = np.nan
    table.loc[9, "load"] = np.inf
    raw = raw_of(table, lookback=5)
    assert says(raw, "2 missing values are filled with the value before")
    assert says(raw, "2 missing values at the beginning")
    assert np.isfinite(raw.x).all()
    assert raw.x[0, 0, 1] == raw.x[0, 2, 1]
    assert raw.x[7, 0, 1] == raw.x[6, 0, 1]


def test_equal_times_irregular_steps_and_rows_without_a_time_are_told(tmp_path):
    table = daily()
    table.loc[4, "day"] = table.loc[5, "day"]
    table.loc[9, "day"] = "some day"
    table = table.drop(index=range(50, 60))
    table.to_csv(tmp_path / "t.csv", index=False)
    options = ReadOptions(target=("load",), time_column="day", lookback=5)
    raw = TableSource().load(str(tmp_path / "t.csv"), options)
    assert {(each.where, each.reason) for each in raw.skipped} == {
        ("line 6", "has the time of a later row"),
        ("line 11", "its time is missing or cannot be read"),
    }
    assert says(raw, "irregular", "3 of 287", "1 day")


def test_months_are_regular():
    months = pandas.date_range("2010-01-01", periods=COUNT, freq="MS").astype(str)
    assert not says(raw_of(daily(day=months)), "irregular")


def test_series_of_a_panel_do_not_mix():
    panel = pandas.concat(
        [daily(100).assign(shop=shop, heat=number) for number, shop in enumerate("abc")]
    )
    raw = raw_of(panel, group="shop", lookback=5, horizon=2)
    assert raw.x.shape == (3 * 94, 5, 2)
    assert all(len(set(window[:, 1].tolist())) == 1 for window in raw.x), "heat is the shop"
    assert raw.groups is None, "splits are by time"
    assert raw.overlap % 3 == 0
    assert [set(raw.x[at : at + 3, 0, 1].tolist()) for at in (0, 90)] == [{0, 1, 2}] * 2


def test_a_series_that_is_too_short_is_left_out():
    panel = pandas.concat([daily(100).assign(shop="a"), daily(4).assign(shop="b")])
    raw = raw_of(panel, group="shop", lookback=5)
    assert len(raw.x) == 95
    assert says(raw, "1 of 2 series are left out")


def test_numbers_order_rows_too():
    raw = raw_of(daily(day=np.arange(COUNT)[::-1].copy()), lookback=5)
    assert raw.task == "forecasting"
    assert says(raw, "sorted")


def test_a_forecast_needs_no_time_where_it_is_asked_for():
    table = daily().drop(columns="day")
    raw = from_frame(table, ReadOptions(task="forecasting", target=("load",), lookback=5))
    assert (raw.task, raw.ordered) == ("forecasting", True)
    dated = from_frame(daily(), ReadOptions(task="forecasting", target=("load",), lookback=5))
    assert dated.why == "column 'day' orders the rows in time"


def test_numbers_in_time_may_be_told_from_their_own_row():
    raw = raw_of(daily(), task="regression")
    assert (raw.task, raw.ordered, raw.input.kind) == ("regression", True, "vector")


def test_columns_of_words_are_not_used_and_told():
    raw = raw_of(daily(sky=["blue", "grey"] * 150), lookback=5)
    assert says(raw, "Not used: sky")
    assert raw.encoder.names == ("load", "heat")


def test_the_file_itself_gives_the_next_forecast_its_input(tmp_path):
    table = daily()
    table.to_csv(tmp_path / "t.csv", index=False)
    options = ReadOptions(target=("load",), time_column="day", lookback=5)
    raw = TableSource().load(str(tmp_path / "t.csv"), options)
    (example,) = raw.encoder.examples(str(tmp_path / "t.csv"))
    np.testing.assert_array_equal(example.x, table[["load", "heat"]].to_numpy(np.float32)[-5:])
    assert example.name == "after 2020-10-26"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lookback": 400}, "at least 401 rows.*Received: 300"),
        ({"target": ("sky",), "task": "forecasting"}, "forecast is of numbers.*'sky'"),
        ({"time_column": "sky"}, "--time-column holds dates.*'sky'"),
    ],
)
def test_what_cannot_be_is_refused(options, words):
    with pytest.raises(UserInputError, match=words):
        raw_of(daily(sky=["blue", "grey"] * 150), **options)


def test_rows_without_a_time_are_steps_as_they_stand_and_that_is_said():
    table = pandas.DataFrame({"load": np.sin(np.arange(200.0)), "heat": np.arange(200.0) % 9})
    raw = raw_of(table, target=("load",), horizon=3, time_column="")
    assert raw.task == "forecasting"
    assert says(raw, "in the order they stand", "--time-column names one")
