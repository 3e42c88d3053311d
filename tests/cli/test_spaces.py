"""`automl spaces`: what there is, its tree, its size, its cost, its picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from automl.errors import UserInputError
from search_spaces import SPACES, InputSpec

Command = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "kind", "shape"),
    [
        ("image:28x28x1", "image", (28, 28, 1)),
        ("image:28x28", "image", (28, 28, 1)),
        ("series:64", "series", (64, 1)),
        ("Spectrogram:49x40", "spectrogram", (49, 40, 1)),
        ("vector:13", "vector", (13,)),
        ("tokens:32:500", "tokens", (32,)),
    ],
)
def test_an_input_is_read_from_words(text: str, kind: str, shape: tuple[int, ...]) -> None:
    from automl_cli.inputs import in_words, parse_input

    spec = parse_input(text)
    assert (spec.kind, spec.shape) == (kind, shape)
    assert parse_input(in_words(spec)) == spec
    assert spec.kind == "tokens" or spec.vocabulary == 0


@pytest.mark.parametrize("text", ["imag:3x3", "image", "image:axb", "series:0x3", "vector:3:9"])
def test_what_is_no_input_is_refused(text: str) -> None:
    from automl_cli.inputs import parse_input

    with pytest.raises(UserInputError):
        parse_input(text)


def test_every_space_is_listed_with_what_it_takes(command: Command, tmp_path: Path) -> None:
    done = command("spaces", "--help", cwd=tmp_path)
    assert done.code == 0
    listed = json.loads(command("spaces", "list", "--json", cwd=tmp_path).out)
    assert [record["name"] for record in listed] == [*SPACES.names(), "auto"]
    takes = {record["name"]: record["inputs"] for record in listed}
    assert "image" in takes["cnn"]
    assert all(takes.values())


def test_the_tree_of_a_union_is_folded(command: Command, tmp_path: Path) -> None:
    words = ("spaces", "show", "cnn", "mlp", "--input", "image:32x32x3", "--samples", "0")
    done = command(*words, cwd=tmp_path)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].startswith("cnn+mlp: ")
    assert "configurations (10^" in lines[0]
    assert any("stage_2/  as stage_1/, but" in line for line in lines)
    assert any("as cnn/: " in line and "optimizer" in line for line in lines)


def test_a_sample_is_measured_and_one_is_drawn(command: Command, tmp_path: Path) -> None:
    words = ("spaces", "show", "cnn", "--input", "image:8x8x1", "--freeze", "stages=1")
    rest = ("--samples", "2", "--plot", "one.svg", "--json")
    done = command(*words, *rest, cwd=tmp_path)
    assert done.code == 0, done.err
    record = json.loads(done.out)
    assert record["signature"]["input"]["shape"] == [8, 8, 1]
    spreads = record["sample"]["spreads"]
    assert set(spreads) == {"params", "flops", "float32", "dynamic_int8"}
    for spread in spreads.values():
        assert 0 < spread["least"] <= spread["median"] <= spread["most"]
    text = "".join(ElementTree.parse(tmp_path / "one.svg").getroot().itertext())
    for word in (
        "Input",
        "Conv2D",
        "8\N{MULTIPLICATION SIGN}8\N{MULTIPLICATION SIGN}1",
        "params",
        "seed 0",
    ):
        assert word in text


def test_it_says_what_cannot_be_shipped(command: Command, tmp_path: Path) -> None:
    words = ("spaces", "show", "rnn", "--samples", "0", "--input", "series:16x3")
    done = command(*words, cwd=tmp_path)
    assert "cannot ship as int8: the whole space (" in done.out
    refused = command(*words, "--compress", "int8", cwd=tmp_path)
    assert refused.code == 2
    assert "cannot be shipped as int8" in refused.err
    both = command("spaces", "show", "rnn", "tcn", *words[3:], "--compress", "int8", cwd=tmp_path)
    assert both.code == 0, both.err
    assert "left out for int8: space=rnn" in both.out


def test_a_file_and_somebodys_function_are_shown(command: Command, tmp_path: Path) -> None:
    (tmp_path / "thin.toml").write_text('name = "thin"\nbase = "cnn"\n[plan]\nmax_stages = 1\n')
    done = command("spaces", "show", "thin.toml", "--samples", "0", cwd=tmp_path)
    assert done.out.startswith("thin: ")
    assert "stage_2" not in done.out
    (tmp_path / "mine.py").write_text(
        "import keras\n"
        "def build(hp):\n"
        "    inputs = keras.Input((13,))\n"
        "    hidden = keras.layers.Dense(hp.Int('units', 2, 8))(inputs)\n"
        "    hp.Float('rate', 0.0, 0.5)\n"
        "    model = keras.Model(inputs, keras.layers.Dense(10)(hidden))\n"
        "    model.compile('adam', 'mse')\n"
        "    return model\n"
    )
    words = ("spaces", "show", "mine:build", "--input", "vector:13", "--samples", "1")
    done = command(*words, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert done.code == 0, done.err
    assert "endless configurations" in done.out
    assert "rate  0 to 0.5" in done.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("cnn", "--input", "imag:8x8"), "Did you mean 'image'?"),
        (("cnn", "--plot", "one.jpg"), "must end with"),
        (("cnn", "--samples", "-1"), "from 0"),
        (("mlp", "cnn", "mlp"), "named once"),
        (("cnn", "--freeze", "stages"), "KEY=VALUE"),
        (("missing.toml",), "must be a readable file"),
    ],
)
def test_wrong_words_are_answered_in_one_line(
    words: tuple[str, ...], expected: str, command: Command, tmp_path: Path
) -> None:
    done = command("spaces", "show", *words, cwd=tmp_path)
    assert done.code == 2
    (line,) = [line for line in done.err.splitlines() if line.startswith("automl:")]
    assert expected in line


def test_a_mask_used_along_the_way_makes_no_circle_in_a_picture() -> None:
    from automl.report.plots.network_graph import boxes_of
    from search_spaces import Signature, TargetSpec
    from search_spaces.making import make_space

    ragged = InputSpec("series", (64, 6), ragged=True)
    space = make_space(["tcn"], Signature(ragged, TargetSpec("classification", 3)))
    for seed in range(3):
        known: set[str] = set()
        for name, box in boxes_of(space.construct(space.architecture(space.sample(seed)))).items():
            assert set(box.parents) <= known
            known.add(name)


def test_pictures_of_networks_join_what_belongs_together() -> None:
    from automl.report.plots.network_graph import boxes_of
    from search_spaces import Signature, TargetSpec
    from search_spaces.making import make_space

    tokens = InputSpec("tokens", (16,), vocabulary=50)
    space = make_space(
        ["transformer"], Signature(tokens, TargetSpec("classification", 3)), {"depth": [1]}
    )
    model = space.construct(space.architecture(space.sample(0)))
    boxes = boxes_of(model)
    assert len(boxes) < len(model.operations) / 2
    assert sum(box.params for box in boxes.values()) == model.count_params()
    titles = [box.title for box in boxes.values()]
    assert (titles[0], titles[-1]) == ("Input", "Softmax (probabilities)")
    assert titles.count("Attention") == 1
    assert sum(box.sign == "+" for box in boxes.values()) >= 2
    known: set[str] = set()
    for name, box in boxes.items():
        assert set(box.parents) <= known, "parents come first"
        known.add(name)
