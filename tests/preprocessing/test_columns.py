"""The first layers for rows of a table: what they compute, and that every file computes it."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest

from automl.errors import UserInputError
from automl.preprocessing.base import part_from
from automl.preprocessing.columns import FURTHEST, Columns, fit_columns
from automl.preprocessing.graft import features_of
from automl.registry import EXPORTERS, RECIPES, RUNTIMES
from automl.verify.finding import runtimes_for

RANDOM = np.random.default_rng(0)
COUNT = 300
#: Mean and standard deviation of columns that are hard to standardize in few digits.
SCALES = [(1.2e6, 3e5), (0.01, 1e-6), (2010, 5), (1e12, 1e11), (1e-12, 1e-11), (-40, 0.5), (0, 1)]


def hard_rows(gaps=0.1):
    numbers = [RANDOM.normal(mean, std, COUNT) for mean, std in SCALES]
    dates = [np.floor(RANDOM.uniform(17000, 19000, COUNT)), RANDOM.uniform(18000, 18020, COUNT)]
    categories = [RANDOM.integers(0, 4, COUNT), RANDOM.integers(0, 120, COUNT)]
    x = np.stack([*numbers, *dates, *categories], axis=1).astype(np.float32)
    x[RANDOM.random(x.shape) < gaps] = np.nan
    return x


@pytest.fixture(scope="module")
def rows():
    return hard_rows()


@pytest.fixture(scope="module")
def front(rows):
    return fit_columns(rows[:200], len(SCALES), 2, (3, 119))


@pytest.fixture(scope="module")
def model(front):
    inputs = keras.Input(front.raw_shape, name="x")
    return keras.Model(inputs, front.apply(inputs))


def test_numbers_are_standardized_on_training_rows(front, rows):
    features = features_of(front, rows[:200])
    assert features.shape == (200, front.width)
    for at, (mean, std) in enumerate(SCALES):
        known = ~np.isnan(rows[:200, at])
        expected = (rows[:200, at][known].astype(np.float64) - mean) / std
        # float32 holds 7 digits of the raw value; mean and deviation are estimates.
        loose = 0.2 + 4e-7 * abs(mean) / std
        np.testing.assert_allclose(features[known, at], expected, atol=loose * 2, rtol=0.15)
    assert np.abs(features).max() <= FURTHEST


def test_gaps_are_filled_with_the_median_and_told():
    x = np.array([[1], [2], [3], [np.nan], [10]], np.float32)
    front = fit_columns(x[:4], 1, 0, ())
    features = features_of(front, x)
    assert features.shape == (5, 2)
    np.testing.assert_array_equal(features[:, 1], [0, 0, 0, 1, 0])
    assert features[3, 0] == features[1, 0], "the median of 1, 2, 3"


def test_a_gap_that_training_never_had_is_filled_too():
    front = fit_columns(np.array([[1], [2], [3]], np.float32), 1, 0, ())
    features = features_of(front, np.array([[np.nan], [2]], np.float32))
    np.testing.assert_array_equal(features[0], features[1])


def test_each_category_has_a_place_and_what_training_never_saw_is_all_zeros():
    x = np.array([[0], [1], [2], [np.nan]], np.float32)
    seen = features_of(fit_columns(x, 0, 0, (2,)), x)
    np.testing.assert_array_equal(seen, np.eye(4))
    unseen = features_of(fit_columns(x[:2], 0, 0, (2,)), x)
    np.testing.assert_array_equal(unseen, [[1, 0], [0, 1], [0, 0], [0, 0]])


def test_dates_repeat_after_a_week_and_a_year():
    days = np.arange(18000, 18800, dtype=np.float32)[:, None]
    features = features_of(fit_columns(days, 0, 1, ()), days)
    assert features.shape == (800, 5)
    np.testing.assert_allclose(features[7:, 1:3], features[:-7, 1:3], atol=5e-3)
    assert np.abs(features[3:, 1:3] - features[:-3, 1:3]).max() > 1
    np.testing.assert_allclose(features[365:, 3:], features[:-365, 3:], atol=2e-2)


def test_dates_with_times_repeat_after_a_day():
    days = (18000 + np.arange(96) / 24).astype(np.float32)[:, None]
    front = fit_columns(days, 0, 1, ())
    assert front.clock
    features = features_of(front, days)
    np.testing.assert_allclose(features[24:, 5:], features[:-24, 5:], atol=2e-2)


def test_outliers_neither_stretch_the_scale_nor_pass():
    x = np.append(RANDOM.normal(0, 1, 500), [1e6, -1e6, 1e30]).astype(np.float32)[:, None]
    features = features_of(fit_columns(x, 1, 0, ()), x)
    assert features[:500].std() == pytest.approx(1, abs=0.1)
    assert features[500, 0] == pytest.approx(FURTHEST)
    assert features[501, 0] == pytest.approx(-FURTHEST)
    assert features[502, 0] == pytest.approx(FURTHEST), "absurd, and no gap"


@pytest.mark.parametrize("usual", [1e-6, 1.0, 1e9])
def test_what_is_out_of_all_bounds_is_extreme_and_not_missing(usual):
    x = (usual * RANDOM.normal(5, 1, 500)).astype(np.float32)[:, None]
    absurd = np.array([[1e20], [-1e20], [3.4e38], [-3.4e38], [np.inf], [-np.inf]], np.float32)
    features = features_of(fit_columns(x, 1, 0, ()), absurd)
    np.testing.assert_allclose(features[:, 0], [FURTHEST, -FURTHEST] * 3, rtol=1e-6)


def test_one_absurd_value_among_equal_ones_does_not_stretch_the_scale():
    x = np.array([0] * 40 + [1, 2, 3, 1e35], np.float32)[:, None]
    features = features_of(fit_columns(x, 1, 0, ()), x)
    assert np.ptp(features[:43]) > 3


def test_a_date_out_of_all_bounds_is_extreme_and_harmless():
    days = np.arange(18000, 18800, dtype=np.float32)[:, None]
    front = fit_columns(days, 0, 1, ())
    features = features_of(front, np.array([[1e30], [np.inf]], np.float32))
    assert np.isfinite(features).all()
    assert features[0, 0] == features[1, 0] == pytest.approx(FURTHEST)


def test_columns_without_any_spread_or_value_are_harmless():
    x = np.array([[5, np.nan]] * 4, np.float32)
    features = features_of(fit_columns(x, 2, 0, ()), x)
    np.testing.assert_array_equal(features, [[0, 0, 1]] * 4)


def test_a_record_of_json_gives_the_same_layers(front):
    assert part_from(json.loads(json.dumps(front.to_dict()))) == front


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(UserInputError, match="center, a scale and a median"):
        Columns(numbers=2, center=(0.0,), scale=(1.0,), median=(0.0,))
    with pytest.raises(UserInputError, match="above zero"):
        Columns(numbers=1, center=(0.0,), scale=(0.0,), median=(0.0,))


def test_a_saved_model_loads_in_plain_keras(model, rows, tmp_path):
    model.save(tmp_path / "front.keras")
    again = keras.models.load_model(tmp_path / "front.keras")
    np.testing.assert_array_equal(again.predict_on_batch(rows), model.predict_on_batch(rows))


@pytest.mark.parametrize(
    ("format_", "recipe"),
    [
        ("tflite", "float32"),
        ("tflite", "float16"),
        ("tflite", "dynamic_int8"),
        ("tfjs", "float32"),
        ("tfjs", "float16"),
    ],
)
def test_every_file_computes_the_same_where_values_are_missing(
    model, rows, tmp_path, format_, recipe
):
    path = EXPORTERS.get(format_)().export(model, RECIPES.get(recipe), tmp_path, rows[:64])
    some = rows[:40].copy()
    some[0] = np.nan
    some[1, 0] = np.inf
    some[2] = 1e30
    some[3, :3] = -3.4e38
    expected = model.predict_on_batch(some)
    assert np.isfinite(expected).all()
    for runtime in (RUNTIMES.get(name)() for name in runtimes_for(format_)):
        if reason := runtime.missing():
            pytest.skip(reason)
        np.testing.assert_allclose(runtime.run(path, some).outputs, expected, atol=1e-4)
