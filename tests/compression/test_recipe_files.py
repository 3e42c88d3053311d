"""Recipes in TOML files."""

from __future__ import annotations

import pytest

from automl.compression.kept_models import FOLDER, forget, kept_name
from automl.compression.recipe import Recipe, Tolerance
from automl.compression.recipe_files import (
    RUN_FILE,
    keep_recipes,
    know_recipes_of,
    read_recipes,
    to_toml,
)
from automl.compression.recipes import INT8, INT8_MIXED
from automl.compression.steps.quantize import Quantize
from automl.config_parsing import make_config
from automl.errors import UserInputError
from automl.registry import RECIPES

MINE = """
[strict_int8]
summary = "int8 that loses nearly nothing"
tolerance = {max_abs_diff = 0.05, min_agreement = 0.99}
steps = [
    {step = "quantize", activations = "int8", calibration_samples = 64},
    {step = "pack"},
]

[plain]
steps = []
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "mine.toml").write_text(MINE)
    return tmp_path / "mine.toml"


def test_a_table_is_a_recipe(file):
    strict, plain = read_recipes(file)
    assert strict.name == "strict_int8"
    assert strict.tolerance == Tolerance(0.05, 0.99)
    assert strict.quantize == Quantize(activations="int8", calibration_samples=64)
    assert (plain.name, plain.summary, plain.steps) == ("plain", "plain", ())


def test_what_is_printed_is_read_back(tmp_path):
    (tmp_path / "all.toml").write_text(to_toml([INT8, INT8_MIXED]))
    assert read_recipes(tmp_path / "all.toml") == [INT8, INT8_MIXED]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no recipe"),
        ("a = [", "must be a TOML file"),
        ("a = 1", "a recipe is a table"),
        ("[a]\nsteps = 3", "list of steps"),
        ("[a]\nsteps = []\nstep = 1", "Received: step"),
        ('[a]\nsteps = [{step = "x"}]', "Unknown compression step 'x'"),
        ("[A]\nsteps = []", "small letters"),
        ("[a]\nsteps = []\ntolerance = {x = 1}", "max_abs_diff and min_agreement"),
    ],
)
def test_a_file_that_holds_none_is_refused_in_one_line(tmp_path, text, message):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(UserInputError, match=message) as caught:
        read_recipes(tmp_path / "mine.toml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserInputError, match=r"readable file\. Received: .*none\.toml"):
        read_recipes(tmp_path / "none.toml")


def test_a_search_takes_a_file_as_it_takes_names(file):
    config = make_config("digits", {"compress": ("float32", str(file))})
    assert config.recipes == ("float32", "strict_int8", "plain")
    again = type(config).from_dict(config.to_dict())
    assert again == config
    assert not config.differences(again)
    assert RECIPES.get("strict_int8").calibration_samples == 64


def test_a_changed_file_is_another_configuration(file):
    before = make_config("digits", {"compress": (str(file),)})
    file.write_text(MINE.replace("64", "65"))
    after = make_config("digits", {"compress": (str(file),)})
    assert "own_recipes" in before.differences(after)[0]


def test_a_built_in_name_is_taken(tmp_path):
    (tmp_path / "mine.toml").write_text("[int8]\nsteps = []")
    with pytest.raises(UserInputError, match="'int8' is built in"):
        make_config("digits", {"compress": (str(tmp_path / "mine.toml"),)})


def test_a_run_keeps_what_it_was_given(tmp_path):
    for name, samples in (("first", 3), ("second", 4)):
        recipe = Recipe(name, "", (Quantize(activations="int8", calibration_samples=samples),))
        keep_recipes(tmp_path, {name: recipe.to_dict()})
    know_recipes_of(tmp_path)
    assert [r.name for r in read_recipes(tmp_path / RUN_FILE)] == ["first", "second"]
    assert RECIPES.get("second").calibration_samples == 4
    assert "second" not in RECIPES.names()  # It stands for no built-in.


def test_models_that_nothing_is_compared_with_go(tmp_path):
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    names = [f"{kept_name(trial, (), seed=0, epochs=1)}.keras" for trial in (1, 11, 2)]
    for name in names:
        (folder / name).touch()
    forget(tmp_path, {1})
    assert [file.name for file in folder.iterdir()] == names[:1]
    forget(tmp_path / "none", ())
