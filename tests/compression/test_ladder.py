"""What ``auto`` tries, in what order and for how long; and recipes on a finished run."""

from __future__ import annotations

import json
import time

import pytest
from automl_cli.commands.compress import command
from automl_cli.ladder import ladder_rows
from click.testing import CliRunner

import automl
from automl.compression import ladder
from automl.compression.recipes import INT8
from automl.compression.request import make_request
from automl.config import SearchConfig
from automl.errors import UserInputError
from automl.registry import EXPORTERS, RECIPES
from automl.types import Trial


def test_what_auto_tries_is_registered_and_is_held_by_a_file():
    tried = (*ladder.BASE, *ladder.further())
    assert len(set(tried)) == len(tried)
    assert set(tried) <= set(RECIPES.names())
    assert all(EXPORTERS.get("tflite").holds(RECIPES.get(name)) for name in tried)
    # What is foretold before training has no steps that train.
    assert not any(RECIPES.get(name).model_steps for name in ladder.BASE)


def test_a_share_of_the_time_is_kept():
    config = SearchConfig("digits", time=600.0)
    assert ladder.seconds_kept(config) == pytest.approx(90)
    assert ladder.end_of(config, 1000.0, []) == pytest.approx(980)
    assert ladder.seconds_kept(SearchConfig("digits", time=30.0)) == 0
    assert ladder.seconds_kept(SearchConfig("digits", time=600.0, compress=("int8",))) == 0
    assert ladder.end_of(SearchConfig("digits", compress=("int8",)), 1000.0, []) is None


def test_without_a_clock_it_is_a_share_of_what_the_search_took():
    config = SearchConfig("digits", time=None, trials=2)
    trials = [Trial(k, {}, {}, "x", seconds=100.0) for k in range(2)]
    assert ladder.end_of(config, None, trials) == pytest.approx(time.time() + 60, abs=5)


def test_what_trains_needs_time_to_do_so():
    clock = ladder.Clock(time.time() + 10)
    assert not clock.too_late(INT8, training=1000.0)
    assert clock.too_late(RECIPES.get("prune80_int8"), training=1000.0)
    assert not clock.too_late(RECIPES.get("prune80_int8"), training=10.0)


def test_a_request_is_the_search_s_own_where_nothing_is_said():
    config = SearchConfig("digits", max_accuracy_drop=0.02, prefer="latency")
    assert make_request(config).rule == config.rule
    assert make_request(config).recipes == ("auto",)
    request = make_request(config, ("int8",), (3,), "0.5%", "size", "9kB", "2m")
    assert (request.rule.max_drop, request.rule.prefer) == (0.005, "size")
    assert (request.constraints.max_size, request.time, request.trials) == (9000, 120.0, (3,))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return automl.search(
        *("digits",),
        **{"space": "cnn", "choices": {"block": ["plain"]}, "trials": 1, "epochs": 3},
        **{"compress": "float32", "export": "tflite", "finalists": 0},
        out=str(tmp_path_factory.mktemp("runs") / "run"),
    )


MINE = """
[eight_bits]
steps = [{step = "quantize", activations = "int8", calibration_samples = 32}, {step = "pack"}]
"""


def test_a_finished_run_is_compressed_later(run, tmp_path):
    (tmp_path / "mine.toml").write_text(MINE)
    before = run.artifact
    choice = run.compress(str(tmp_path / "mine.toml"), "prune50_int8", prefer="gzip_size")
    assert before.recipe == "float32"
    assert choice.recipe in ("eight_bits", "prune50_int8", "float32")
    rows = {row["recipe"]: row for row in ladder_rows(run)}
    assert set(rows) == {"float32", "eight_bits", "prune50_int8"}
    assert rows["eight_bits"]["size"] < 0.6 * rows["float32"]["size"]
    assert all(row["latency_ms"] > 0 and row["ram"] > 0 for row in rows.values())
    # What was read back from the file is in the records, and the model that it came of.
    (pruned,) = [a for a in run.judged if a.recipe == "prune50_int8"]
    assert all(claim["holds"] and claim["found"] >= 0.5 for claim in pruned.claims)
    assert (run.folder / pruned.model_file).is_file()
    if choice.recipe != "float32":
        assert run.artifact.placed
        assert (run.folder / run.artifact.path).is_file()
    # The file that shipped before stays where it is.
    assert before.path in {a.path for a in run.artifacts}
    assert "The compression ladder" in (run.folder / "report.html").read_text()
    # Nothing is tried twice.
    began = time.time()
    assert run.compress("prune50_int8", prefer="gzip_size").recipe == choice.recipe
    assert len(ladder_rows(run)) == 3
    assert time.time() - began < 60


def test_a_recipe_that_no_file_of_the_run_can_hold_is_refused(run):
    with pytest.raises(UserInputError, match="Unknown recipe 'int9'"):
        run.compress("int9")


def test_recipes_are_listed_and_shown():
    listed = CliRunner().invoke(command, ["--list"]).output
    assert "* int8 " in listed
    assert "  int8_io" in listed
    shown = CliRunner().invoke(command, ["--show", "int8"]).output
    assert shown.startswith("[int8]\n")
    assert 'step = "quantize"' in shown
    records = json.loads(CliRunner().invoke(command, ["--list", "--json"]).output)
    assert {record["name"] for record in records} == set(RECIPES.names())
