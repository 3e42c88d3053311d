"""More budget for a run that exists."""

from __future__ import annotations

import pytest

from automl.config_parsing import make_config
from automl.errors import UserInputError
from automl.extending import Extension, budgeted, retire_others, take_extension
from automl.folders import default_folder, folder_to_extend
from automl.records.store import RunStore
from automl.types import Artifact, Trial, TrialState


def config(**options):
    return make_config("digits", {"trials": 4} | options)


def trained(store, count):
    """Adds completed trials."""
    known = len(store.trials())
    for number in range(known, known + count):
        trial = Trial(number, {"x": number}, {}, "random", TrialState.COMPLETED, score=0.5)
        store.add_trial(trial)


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "run", create=True) as store:
        store.set_fact("config", config().to_dict())
        yield store


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"trials": "+20"}, Extension(trials=20)),
        ({"time": "+10m"}, Extension(time=600.0)),
        ({"trials": " +3", "time": "+1m30s"}, Extension(3, 90.0)),
        ({"trials": 20}, None),
        ({"trials": "20", "time": "10m"}, None),
        ({}, None),
    ],
)
def test_a_plus_makes_a_budget_an_extension(options, expected):
    options["seed"] = 1
    assert take_extension(options) == expected
    assert "seed" in options
    if expected is not None:
        assert options == {"seed": 1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trials": "+20", "time": "10m"}, r"plus before all of its budget.*--time 10m"),
        ({"trials": "+0"}, "at least 1|above zero"),
        ({"trials": "+many"}, "a count such as"),
        ({"time": "+soon"}, "a time such as"),
    ],
)
def test_what_cannot_be_read_is_refused(options, message):
    with pytest.raises(UserInputError, match=message):
        take_extension(options)


def test_a_finished_run_goes_on_from_what_it_has(store):
    trained(store, 3)  # Of 4: the time was up.
    store.set_facts({"finished": True, "failure": "one file failed"})
    more = budgeted(store, config(), Extension(trials=20))
    assert (more.trials, more.time) == (23, None)
    assert not store.fact("finished")
    assert store.fact("failure") is None


def test_an_unfinished_run_goes_on_from_what_was_planned(store):
    trained(store, 2)
    assert budgeted(store, config(), Extension(trials=20)).trials == 24


def test_time_counts_from_what_was_used(store, monkeypatch):
    monkeypatch.setattr(store, "seconds_used", lambda: 130.0)
    store.set_fact("finished", True)
    more = budgeted(store, config(time="120s"), Extension(time=300.0))
    assert (more.trials, more.time) == (None, 430.0)
    assert more.trial_time == pytest.approx(100.0)


def test_the_same_extension_goes_on_until_it_is_done_and_adds_again_after_that(store):
    trained(store, 4)
    store.set_fact("finished", True)
    for _ in range(3):
        assert budgeted(store, config(), Extension(trials=2)).trials == 6
        trained(store, 1 if len(store.trials()) < 6 else 0)
    store.set_fact("finished", True)
    assert budgeted(store, config(), Extension(trials=2)).trials == 8


def test_the_first_command_goes_on_with_an_extension(store):
    trained(store, 4)
    store.set_fact("finished", True)
    budgeted(store, config(), Extension(trials=2))
    assert budgeted(store, config()).trials == 6


def test_another_extension_waits_for_the_first(store):
    budgeted(store, config(), Extension(trials=2))
    with pytest.raises(UserInputError, match=r"being extended by --trials \+2\. Received: --time"):
        budgeted(store, config(), Extension(time=60.0))


def test_the_newest_run_of_the_same_options_is_extended(tmp_path):
    for name, seed in (("digits", 0), ("digits-2", 1), ("digits-3", 0), ("digits-4", 1)):
        with RunStore(tmp_path / name, create=True) as store:
            store.set_facts({"config": config(seed=seed).to_dict(), "finished": True})
    asked = config(trials=None, time="10m")
    assert folder_to_extend("digits", asked, tmp_path) == tmp_path / "digits-3"
    assert default_folder("digits", config(), tmp_path) == tmp_path / "digits-5"
    with pytest.raises(UserInputError, match="need a run of the same options"):
        folder_to_extend("digits", config(seed=7), tmp_path)


def artifact(store, trial, folder):
    (store.folder / folder).mkdir(parents=True)
    (store.folder / folder / "model.tflite").write_text(f"of trial {trial}")
    made = Artifact(
        trial, "tflite", folder.split("/")[2].partition("-")[0], f"{folder}/model.tflite"
    )
    store.set_artifact(made)


def test_files_of_an_earlier_winner_go_when_another_wins(store):
    artifact(store, 1, "export/tflite/int8")
    artifact(store, 2, "export/tflite/float32")
    artifact(store, 1, "export/tflite/float16-trial-1")
    retire_others(store, 2)
    found = {(each.trial, each.recipe): each.path for each in store.artifacts()}
    assert found == {
        (1, "int8"): "",
        (2, "float32"): "export/tflite/float32/model.tflite",
        (1, "float16"): "export/tflite/float16-trial-1/model.tflite",
    }
    assert not (store.folder / "export/tflite/int8").exists()


def test_a_file_in_the_place_of_another_replaces_it_in_the_records(store):
    for trial in (1, 2):
        store.set_artifact(Artifact(trial, "tflite", "int8", "export/tflite/int8/model.tflite"))
    one, two = store.artifacts()
    assert (one.path, one.reason) == ("", "replaced by the file of trial 2")
    assert two.placed
