"""The configuration: read from words, checked at birth, compared by name."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import pytest

from automl.compression.ladder import BASE
from automl.config import Constraints, SearchConfig
from automl.config_parsing import make_config, read_config_file
from automl.errors import UnknownNameError, UserInputError


def test_defaults_need_only_data():
    config = make_config("digits", {})
    assert (config.data, config.trials, config.time) == ("digits", None, 240.0)
    assert config.recipes == BASE


def test_words_become_quantities():
    config = make_config(
        "digits",
        {"max_size": "50kB", "max_latency": "5ms", "max_flops": "20M", "max_params": "100k"}
        | {"time": "30m"},
    )
    assert config.constraints == Constraints(50_000, 5.0, 20_000_000, 100_000)
    assert config.time == 1800


def test_one_name_stands_for_a_list_of_one():
    config = make_config("digits", {"export": "tflite", "compress": "int8"})
    assert (config.export, config.recipes) == (("tflite",), ("int8",))


def test_what_was_not_given_keeps_its_default():
    assert make_config("digits", {"epochs": None, "export": (), "seed": None}) == make_config(
        "digits", {}
    )


def test_a_number_of_trials_is_a_complete_budget():
    assert make_config("digits", {"trials": 5}).time is None
    assert make_config("digits", {"trials": 5, "time": "1m"}).time == 60
    with pytest.raises(UserInputError, match="needs an end"):
        make_config("digits", {"time": "none"})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"oracle": "baysian"}, "Unknown oracle 'baysian'. Did you mean 'bayesian'"),
        ({"space": "transformr"}, "Unknown space 'transformr'. Did you mean 'transformer'"),
        ({"compress": "int9"}, "Unknown recipe 'int9'. Did you mean"),
        ({"export": "tflight"}, "Unknown export format 'tflight'. Did you mean 'tflite'"),
        ({"task": "clasification"}, "Unknown task 'clasification'. Did you mean 'classification'"),
        ({"objective": ["val_acuracy"]}, "Unknown objective 'val_acuracy'. Did you mean"),
        ({"backend": "torch"}, "Unknown backend 'torch'"),
        ({"epoch": 3}, "Unknown option 'epoch'. Did you mean 'epochs'"),
        ({"space": ["cnn", "rnm"]}, "Unknown space 'rnm'. Did you mean 'rnn'"),
        ({"input": "serie"}, "Unknown input kind 'serie'. Did you mean 'series'"),
        ({"max_sise": 3}, "Unknown option 'max_sise'. Did you mean 'max_size'"),
        ({"data": "digits"}, "Unknown option 'data'"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(options, words):
    with pytest.raises(UserInputError, match="Unknown") as caught:
        make_config("digits", options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_registry_name_is_a_lookup_error_too():
    with pytest.raises(UnknownNameError):
        make_config("digits", {"oracle": "nobody"})


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"trials": 0}, "--trials must be a whole number from 1"),
        ({"trials": 2.5}, "--trials must be"),
        ({"epochs": -1}, "--epochs must be"),
        ({"epochs": "many"}, "--epochs must be"),
        ({"workers": -1}, "--workers must be a whole number from 0"),
        ({"max_size": "50x"}, "--max-size must be a size"),
        ({"max_latency": "-5ms"}, "--max-latency must be a latency"),
        ({"max_params": "0"}, "--max-params must be"),
        ({"time": "soon"}, "--time must be a time"),
        ({"time": 0}, "--time must be"),
        ({"seed": -1}, "--seed is a whole number"),
        ({"seed": 2**31}, "--seed is a whole number"),
        ({"seed": 0.5}, "--seed is a whole number"),
        ({"test": 0.0}, "--test is a share"),
        ({"validation": 0.95}, "--validation is a share"),
        ({"objective": ["size"]}, "must be a validation metric"),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_rule(options, rule):
    with pytest.raises(UserInputError) as caught:
        make_config("digits", options)
    assert rule in str(caught.value)
    assert "Received" in str(caught.value)


@pytest.mark.parametrize("options", [{"objective": ()}, {"export": ()}, {"space": ()}])
def test_nothing_asked_for_is_refused(options):
    with pytest.raises(UserInputError, match="At least one"):
        SearchConfig("digits", **options)


def test_no_compression_means_plain_weights():
    assert make_config("digits", {"compress": "none"}).recipes == ("float32",)


def test_an_import_path_is_a_name():
    config = make_config("digits", {"oracle": "mine.module:Oracle", "space": "mine:Space"})
    assert (config.oracle, config.space) == ("mine.module:Oracle", ("mine:Space",))


def test_it_survives_json():
    config = make_config(
        "digits",
        {"choices": {"block": ["plain"]}, "max_size": "12kB", "objective": ["val_loss", "flops"]},
    )
    again = SearchConfig.from_dict(json.loads(json.dumps(config.to_dict())))
    assert again == config
    assert config.differences(again) == []


def test_it_is_frozen():
    with pytest.raises(FrozenInstanceError):
        make_config("digits", {}).seed = 3


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        ({"seed": 3}, "seed: 0 -> 3"),
        ({"max_size": "12kB"}, "constraints.max_size: not set -> 12000"),
        ({"export": "tflite"}, "export: auto -> tflite"),
        ({"space": ["cnn", "rnn"]}, "space: auto -> cnn, rnn"),
        ({"input": "tokens"}, "input: auto -> tokens"),
        ({"freeze": ["block=plain"]}, "choices.block: not set -> plain"),
        ({"choices": {"block": ["plain"]}}, "choices.block: not set -> plain"),
    ],
)
def test_a_difference_is_named_with_both_values(options, difference):
    mine, theirs = make_config("digits", {}), make_config("digits", options)
    (line,) = mine.differences(theirs)
    assert line == difference


def test_where_and_how_it_runs_makes_no_difference():
    config = make_config("digits", {})
    assert config.differences(replace(config, out="elsewhere", workers=4)) == []


def test_differences_are_seen_from_both_sides():
    mine, theirs = make_config("digits", {"seed": 1}), make_config("a.npz", {"epochs": 3})
    names = [line.partition(":")[0] for line in mine.differences(theirs)]
    assert names == ["data", "epochs", "seed"]
    assert len(theirs.differences(mine)) == 3


def test_a_file_gives_options_as_on_the_command_line(tmp_path):
    file = tmp_path / "search.toml"
    file.write_text(
        'max-size = "50kB"\ntrials = 3\nexport = ["tflite"]\n[choices]\nblock = ["plain"]\n'
    )
    options = read_config_file(file)
    config = make_config("digits", options)
    assert config.constraints.max_size == 50_000
    assert (config.trials, config.export) == (3, ("tflite",))
    assert config.choices == {"block": ("plain",)}


@pytest.mark.parametrize("content", ["a = ", "\xff", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    file = tmp_path / "search.toml"
    if content is not None:
        file.write_bytes(content.encode("latin-1"))
    with pytest.raises(UserInputError, match=r"--config .*search\.toml"):
        read_config_file(file)


def test_reading_a_configuration_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from automl.config_parsing import make_config\n"
        "make_config('digits', {'oracle': 'random', 'compress': 'int8'})\n"
        "print(*[m for m in ('numpy', 'keras', 'tensorflow', 'keras_tuner') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_spaces_are_one_or_several():
    assert make_config("digits", {}).space == ("auto",)
    assert make_config("digits", {"space": "cnn"}).space == ("cnn",)
    assert make_config("digits", {"space": ("cnn", "rnn")}).space == ("cnn", "rnn")
    with pytest.raises(UserInputError, match="named once"):
        make_config("digits", {"space": ("cnn", "cnn")})


def test_pretrained_comes_first_among_the_spaces():
    assert make_config("digits", {"pretrained": True}).space == ("pretrained", "auto")
    given = {"pretrained": True, "space": ["cnn", "pretrained"]}
    assert make_config("digits", given).space == ("pretrained", "cnn")


def test_a_configuration_with_one_space_as_text_is_read():
    record = make_config("digits", {"space": "cnn"}).to_dict()
    for name in ("definitions", "reading", "start_from"):
        del record[name]
    old = SearchConfig.from_dict(record | {"space": "cnn", "export": ["tflite", "tfjs"]})
    assert (old.space, old.formats) == (("cnn",), ("tflite", "tfjs"))


@pytest.mark.parametrize("freeze", [["block=plain", "width=8"], {"block": "plain", "width": 8}])
def test_what_is_frozen_is_a_choice_of_one(freeze):
    config = make_config("digits", {"freeze": freeze, "choices": ["kernel=3,5"]})
    assert config.choices == {"kernel": (3, 5), "block": ("plain",), "width": (8,)}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"freeze": ["block=plain"], "choices": ["block=plain,separable"]}, "narrowed once"),
        ({"freeze": ["block=plain,separable"]}, "one value"),
        ({"freeze": {"block": ["plain", "separable"]}}, "one value"),
        ({"freeze": ["block=plain", "block=separable"]}, "one value"),
        ({"freeze": ["block"]}, "KEY=VALUE"),
        ({"freeze": ["=3"]}, "KEY=VALUE"),
    ],
)
def test_freezing_gives_one_value_once(options, words):
    with pytest.raises(UserInputError) as caught:
        make_config("digits", options)
    assert words in str(caught.value)


@pytest.fixture
def thin(tmp_path):
    """Returns a function that writes a space's file and returns its path."""

    def write(stages=1):
        file = tmp_path / "thin.toml"
        text = f'name = "thin"\nbase = "cnn"\n[plan]\nmax_stages = {stages}\n'
        file.write_text(text + '[[guesses]]\n"stage_1/block" = "plain"\n')
        return str(file)

    return write


def test_a_file_of_a_space_is_kept_as_it_was(thin):
    config = make_config("digits", {"space": thin()})
    (entry,) = config.entries
    assert (entry.name, entry.base, entry.plan) == ("thin", "cnn", {"max_stages": 1})
    assert SearchConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_a_changed_file_of_a_space_is_a_changed_configuration(thin):
    before = make_config("digits", {"space": thin()})
    after = make_config("digits", {"space": thin(stages=2)})
    (line,) = before.differences(after)
    assert line.endswith("plan.max_stages: 1 -> 2")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "must be a readable file"),
        ("name = ", "must be a TOML file"),
        ('name = "a"\nbase = "mobil"', "Did you mean 'mobile'"),
        ('name = "a"\nbase = "cnn"\nplam = 1', "Did you mean 'plan'"),
    ],
)
def test_a_file_that_defines_no_space_is_refused(tmp_path, content, words):
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UserInputError) as caught:
        make_config("digits", {"space": str(file)})
    assert words in str(caught.value)


def test_a_backend_is_one_that_is_known_and_has_workers():
    assert make_config("digits", {"backend": "tensorflow"}).backend == "tensorflow"
    with pytest.raises(UserInputError, match=r"Unknown backend 'torch'.*Known: tensorflow, jax"):
        make_config("digits", {"backend": "torch"})
    with pytest.raises(UserInputError, match="--backend jax trains in worker processes"):
        make_config("digits", {"backend": "jax", "workers": 0})
