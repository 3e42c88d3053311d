"""Quantities in the user's words."""

from __future__ import annotations

import math

import pytest

from automl.errors import UserInputError
from automl.units import (
    format_count,
    format_duration,
    format_latency,
    format_size,
    parse_count,
    parse_duration,
    parse_latency,
    parse_share,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "share"), [("1%", 0.01), (" 0.5 %", 0.005), ("0.02", 0.02), (0.1, 0.1), ("0", 0.0)]
)
def test_shares(text, share):
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "a lot", "1%%", "nan"])
def test_a_share_that_is_none_is_refused(text):
    with pytest.raises(UserInputError, match="--drop must be a share such as 1% or"):
        parse_share(text, "drop")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("50kB", 50_000),
        ("50kb", 50_000),
        ("50K", 50_000),
        ("50 KB", 50_000),
        (" 50kB ", 50_000),
        ("50KiB", 51_200),
        ("50kib", 51_200),
        ("0.05MB", 50_000),
        (".05mb", 50_000),
        ("1.5GiB", 1_610_612_736),
        ("2e3", 2_000),
        ("700", 700),
        ("700B", 700),
        (700, 700),
        (12_000.0, 12_000),
    ],
)
def test_a_size_is_read(text, size):
    assert parse_size(text) == size


WRONG = ("50x", "kB", "", "fifty", "-50kB", "0", "0kB", "nan", "inf", "1e999", "5 0kB", "50kB!")


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("parse", [parse_size, parse_duration, parse_latency, parse_count])
def test_what_is_no_positive_quantity_is_refused(parse, text):
    with pytest.raises(UserInputError) as caught:
        parse(text, "max-size")
    message = str(caught.value)
    assert message.startswith("--max-size must be")
    assert repr(text) in message


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 0, None, True])
def test_a_number_that_is_no_quantity_is_refused(value):
    with pytest.raises(UserInputError):
        parse_size(value)


@pytest.mark.parametrize("parse", [parse_size, parse_count])
def test_less_than_one_whole_is_refused(parse):
    with pytest.raises(UserInputError, match="at least 1"):
        parse("0.2")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("30m", 1800),
        ("30 min", 1800),
        ("1.5h", 5400),
        ("1d", 86_400),
        ("500ms", 0.5),
        (45, 45.0),
    ],
)
def test_a_duration_is_read(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "milliseconds"), [("5", 5), ("5ms", 5), ("800us", 0.8), ("800µs", 0.8), ("0.1s", 100)]
)
def test_a_latency_is_read(text, milliseconds):
    assert parse_latency(text) == pytest.approx(milliseconds)


@pytest.mark.parametrize(
    ("text", "count"), [("20M", 20_000_000), ("100k", 100_000), ("1.5g", 1_500_000_000), (7, 7)]
)
def test_a_count_is_read(text, count):
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("format_", "value", "shown"),
    [
        (format_size, 19_876, "19.9 kB"),
        (format_size, 999, "999 B"),
        (format_size, 1_619_208, "1.6 MB"),
        (format_size, None, "-"),
        (format_duration, 48.2, "48s"),
        (format_duration, 59.7, "1m00s"),
        (format_duration, 125, "2m05s"),
        (format_duration, 5400, "1h30m"),
        (format_duration, -3, "0s"),
        (format_duration, math.inf, "-"),
        (format_duration, None, "-"),
        (format_latency, 0.0451, "45.1 µs"),
        (format_latency, 3.21, "3.2 ms"),
        (format_latency, None, "-"),
        (format_count, 6_426, "6.4k"),
        (format_count, 999, "999"),
        (format_count, None, "-"),
    ],
)
def test_quantities_are_shown_for_people(format_, value, shown):
    assert format_(value) == shown


@pytest.mark.parametrize("value", [1, 999, 5_400, 86_399, 100_000])
def test_a_shown_duration_is_close_to_what_it_stands_for(value):
    shown = format_duration(value)
    parts = shown.replace("h", "h ").replace("m", "m ").split()
    assert abs(sum(parse_duration(part) for part in parts if part != "00m") - value) < 60
