"""Numbers, and numbers that are still to come."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.forecasting import Forecasting
from automl.tasks.regression import Regression

Y = np.array([[10.0], [20.0], [30.0], [60.0]], np.float32)


@pytest.fixture
def data(summary):
    return summary("number", ("price",), mean=(30.0,), std=(20.0,))


@pytest.fixture
def series(summary):
    return summary(
        "number", ("sales", "sales"), mean=(30.0, 30.0), std=(20.0, 20.0), naive_error=4.0,
        steps=(1, 2),
    )  # fmt: skip


def test_errors_are_in_the_units_of_the_target(data):
    scores = Regression().measure(Y + np.array([[3.0], [-3.0], [3.0], [-3.0]]), Y, data).values
    assert scores["rmse"] == pytest.approx(3.0)
    assert scores["mae"] == pytest.approx(3.0)
    assert scores["r2"] == pytest.approx(1 - 36 / 1400)


def test_a_model_is_trained_on_standardized_numbers(data):
    targets = Regression().training_targets(Y, Y, data)
    assert targets.dtype == np.float32
    np.testing.assert_allclose(targets[:, 0], [-1.0, -0.5, 0.0, 1.5])


def test_the_exported_file_gives_them_back_in_their_own_units(data):
    import keras

    tail = Regression().tail(data)
    inputs = keras.Input((1,))
    model = keras.Model(inputs, tail.apply(inputs, inputs))
    back = keras.ops.convert_to_numpy(model(Regression().training_targets(Y, Y, data)))
    np.testing.assert_allclose(back, Y, rtol=1e-6)


def test_several_numbers_are_ranked_by_what_has_no_unit(data, summary):
    assert Regression().objectives(data) == ("val_rmse", "size")
    assert Regression().objectives(summary("number", ("kg", "m"))) == ("val_r2", "size")


def test_answers_that_never_change_have_no_share_of_variance(data):
    scores = Regression().measure(Y, np.full_like(Y, 3.0), data)
    assert scores.left_out == {"r2": "the right answers are all the same"}


def test_agreement_is_closeness_in_the_spread_of_the_target(data):
    off = Y + np.array([[4.0], [-4.0], [6.0], [-6.0]], np.float32)
    assert Regression().agreement(off, Y, data) == 0.5


def test_a_large_mean_is_part_of_the_spread(summary):
    """float32 has seven digits: years are no worse for their size."""
    years = summary("number", ("year",), mean=(2000.0,), std=(1.0,))
    assert Regression().scale(Y, years) == pytest.approx([21.0])


def test_the_error_is_the_same_each_time_and_shrinks_with_examples(data):
    random = np.random.default_rng(0)
    noise = random.normal(size=(1_000, 1))

    def error(count):
        return Regression().error("rmse", noise[:count], np.zeros((count, 1)), data)

    assert error(50) == error(50)
    # That of a standard deviation: sigma / sqrt(2 n).
    assert error(1_000) == pytest.approx(1 / np.sqrt(2_000), rel=0.2)
    assert error(50) > 2 * error(1_000)


def test_a_person_reads_the_number_with_its_name(data):
    answer = Regression().predict(np.array([12.5], np.float32), data)
    assert (answer.text, answer.record) == ("price 12.5", {"values": {"price": 12.5}})


def test_a_forecast_is_measured_against_repeating_the_last_value(series):
    y = np.tile(Y, 2)
    scores = Forecasting().measure(y + 2.0, y, series).values
    assert scores["mase"] == pytest.approx(0.5)
    assert Forecasting().objectives(series) == ("val_mase", "size")


def test_where_repeating_makes_no_error_there_is_nothing_to_measure_against(summary):
    data = summary("number", ("flat",), mean=(1.0,), std=(1.0,), steps=(1,))
    assert Forecasting().objectives(data) == ("val_rmse", "size")
    scores = Forecasting().measure(Y, Y, data)
    assert scores.left_out == {"mase": "repeating the last value makes no error on training data"}


def test_numbers_without_an_order_cannot_be_forecast(data, series):
    assert "--time-column" in Forecasting.suits(data)
    assert Forecasting.suits(series) is None


def test_the_report_gets_forecasts_in_the_order_of_time(series):
    x = np.arange(300 * 8, dtype=np.float32).reshape(300, 8, 1)
    y = np.arange(600, dtype=np.float32).reshape(300, 2)
    kept = Forecasting().evidence(x, y, y)
    np.testing.assert_array_equal(kept["y"], y)
    np.testing.assert_array_equal(kept["seen"], x[:200])
