"""What `automl runs` says, of runs that the test wrote."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from automl_cli.commands.runs import command
from click.testing import CliRunner

from automl.config_parsing import make_config
from automl.learned.lesson import Kind, Lesson, Proven
from automl.learned.shelf import Shelf
from automl.records.store import RunStore
from automl.types import Measures, Trial, TrialState

HOLDER = """
import sys
from pathlib import Path
from automl.records.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def write(folder, data, scores, **facts):
    with RunStore(folder, create=True) as store:
        objective = {"objective": ["val_accuracy", "size"], "task": "classification"}
        config = make_config(data, {"trials": 2}).to_dict()
        store.set_facts({"config": config} | objective | facts)
        for number, score in enumerate(scores):
            measures = Measures(10, 20, 5_000, 4_000, 0.1, "int8")
            trial = Trial(number, {}, {}, "random", TrialState.COMPLETED, measures)
            store.add_trial(
                Trial(**vars(trial) | {"score": score, "metrics": {"val_accuracy": score}})
            )


@pytest.fixture
def parent(tmp_path):
    write(tmp_path / "digits", "digits", [0.5, 0.9], finished=True)
    write(tmp_path / "digits-2", "digits", [0.7])
    write(tmp_path / "flowers", "photos/", [], failure="nothing kept the bounds")
    (tmp_path / "notes").mkdir()
    return tmp_path


def runs(parent, *words):
    done = CliRunner().invoke(command, ["list", *words, "--parent", str(parent), "--json"])
    assert done.exit_code == 0, done.output
    return {record["run"].rpartition("/")[2]: record for record in json.loads(done.output)}


def test_every_run_with_its_state_and_its_best(parent):
    found = runs(parent)
    assert {name: record["state"] for name, record in found.items()} == {
        "digits": "finished",
        "digits-2": "unfinished",
        "flowers": "nothing shipped",
    }
    assert found["digits"]["value"] == 0.9
    assert found["digits"]["trials"] == 2
    assert found["flowers"]["value"] is None


def test_only_those_asked_for(parent):
    assert runs(parent, "photos").keys() == {"flowers"}
    assert runs(parent, "DIGITS").keys() == {"digits", "digits-2"}
    assert runs(parent, "digits", "--state", "unfinished").keys() == {"digits-2"}
    assert runs(parent, "nowhere") == {}


def test_an_unknown_state_is_answered_with_the_known_ones(parent):
    done = CliRunner().invoke(command, ["list", "--state", "finishd", "--parent", str(parent)])
    assert "Did you mean 'finished'" in str(done.exception)


def test_one_that_is_worked_on_is_running(parent):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(parent / "digits-2")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        assert runs(parent, "--state", "running").keys() == {"digits-2"}
        holder.stdin.close()
    assert runs(parent)["digits-2"]["state"] == "unfinished"


def test_for_people_it_is_a_table(parent):
    done = CliRunner().invoke(command, ["list", "--parent", str(parent)])
    assert "val_accuracy 0.9000" in done.output or "0.9" in done.output
    done = CliRunner().invoke(command, ["list", "zebra", "--parent", str(parent)])
    assert "No such runs" in done.output


@pytest.fixture
def taught(tmp_path, monkeypatch):
    """A home in which one finished run has left what it found."""
    home = tmp_path / "home"
    monkeypatch.setenv("AUTOML_HOME", str(home))
    kind = Kind("classification", "image", (8, 8, 1), "class", 10, 1_000)
    Shelf(home).keep("run", Lesson(kind, "val_accuracy", (Proven("cnn", {"width": 8}),)))
    return home


def said(*words, answer=""):
    return CliRunner().invoke(command, words, input=answer)


def test_what_runs_taught_is_shown(taught, parent):
    line = "classification of image 8x8x1, 1,000 examples: 1 configuration of cnn"
    assert line in said("learned").stdout
    (record,) = json.loads(said("learned", "--json").stdout)
    assert record["objective"] == "val_accuracy"
    listed = said("list", "--parent", str(parent))
    assert f"What 1 finished run taught is in {taught}" in listed.stderr
    assert "finished run taught" not in listed.stdout


def test_what_runs_taught_is_forgotten_once_it_is_confirmed(taught):
    assert said("forget", answer="n\n").exit_code != 0
    assert Shelf(taught).lessons()
    done = said("forget", answer="y\n")
    assert done.exit_code == 0 and "Forgot what 1 run taught." in done.stdout
    assert not list(taught.iterdir())
    assert "nothing to forget" in said("forget", "--yes").stdout
    assert "No run has taught anything yet" in said("learned").stdout


def test_nothing_is_kept_where_nothing_may_be(monkeypatch):
    monkeypatch.setenv("AUTOML_HOME", "")
    assert "nothing to forget" in said("forget", "--yes").stdout
    assert json.loads(said("learned", "--json").stdout) == []
