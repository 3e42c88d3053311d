"""What is said of the data, read from the command line, a TOML file or Python."""

from __future__ import annotations

import shlex

import pytest
from automl_cli.main import cli
from click.testing import CliRunner

from automl.config import SearchConfig
from automl.config_parsing import make_config
from automl.data.options import ReadOptions
from automl.errors import UserInputError
from automl.report.command import command_line


def reading(**options):
    return make_config("x.csv", options).reading


def test_defaults_are_those_of_the_options():
    assert reading() == ReadOptions()


@pytest.mark.parametrize(
    ("option", "given", "read"),
    [
        ("target", "price", ("price",)),
        ("target", ["a", "b"], ("a", "b")),
        ("column", ["zip=category", "a=b=number"], {"zip": "category", "a=b": "number"}),
        ("columns", {"zip": "category"}, {"zip": "category"}),
        ("image_size", "64", (64, 64)),
        ("image_size", "48x64", (48, 64)),
        ("image_size", [48, 64], (48, 64)),
        ("sample_rate", "16k", 16_000),
        ("seconds", "500ms", 0.5),
        ("memory", "500MB", 500_000_000),
        ("horizon", "3", 3),
        ("lookback", 24, 24),
    ],
)
def test_words_are_read(option, given, read):
    field = {"column": "columns"}.get(option, option)
    assert getattr(reading(**{option: given}), field) == read


@pytest.mark.parametrize("name", ["horizon", "lookback"])
@pytest.mark.parametrize("value", ["0", 0, "-3", "soon"])
def test_steps_are_one_or_more(name, value):
    with pytest.raises(UserInputError, match=f"--{name} must be a number of steps, 1 or more"):
        reading(**{name: value})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"column": ["zip"]}, "--column must be NAME=TYPE"),
        ({"image_size": "big"}, "--image-size is one side, or HEIGHTxWIDTH"),
        ({"image_size": "0"}, "--image-size is one side, or HEIGHTxWIDTH"),
        ({"horizon": "-1"}, "horizon"),
        ({"color": "blue"}, "Unknown colour 'blue'"),
        ({"class_weights": "heavy"}, "Unknown way to weigh classes 'heavy'"),
        ({"test": 0.95}, "--test is a share of the data between 0 and 0.9"),
        ({"validation": ""}, "--validation is a share"),
    ],
)
def test_a_wrong_word_is_answered_in_one_line(options, words):
    with pytest.raises(UserInputError) as caught:
        make_config("x.csv", options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_splits_are_shares_or_data():
    config = make_config("x.csv", {"test": "0.3", "validation": "valid.csv"})
    assert (config.test, config.validation) == (0.3, "valid.csv")


def test_the_task_reaches_the_reading():
    config = make_config("x.csv", {"task": "regression", "target": "y"})
    assert config.read_options == ReadOptions(task="regression", target=("y",))


def test_what_is_written_is_read_back():
    options = {"target": ["a"], "image_size": 32, "column": ["a=number"], "time": "1m"}
    config = make_config("x.csv", options)
    assert SearchConfig.from_dict(config.to_dict()) == config


def test_a_run_of_the_first_versions_is_read():
    record = make_config("digits", {}).to_dict()
    del record["reading"]
    assert SearchConfig.from_dict(record | {"input": "series"}).reading.input == "series"


def test_the_command_repeats_the_reading(monkeypatch):
    options = {
        "target": ["the price"], "column": ["zip=category"], "image_size": "48x64",
        "seconds": "1s", "validation": "valid.csv", "time_column": "day", "trials": 2,
    }  # fmt: skip
    config = make_config("x.csv", options)
    seen = []
    monkeypatch.setattr(
        "automl_cli.commands.search._config",
        lambda data, file, given, **_: seen.append(given) or 1 / 0,
    )
    words = shlex.split(command_line(config))
    CliRunner().invoke(cli, words[1:])
    given = {name: value for name, value in seen[0].items() if value not in (None, ())}
    assert make_config("x.csv", given) == config
