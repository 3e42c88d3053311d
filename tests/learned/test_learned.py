"""What finished runs leave for later ones."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from automl.config import Constraints
from automl.config_parsing import make_config
from automl.errors import UserInputError
from automl.learned import keeping
from automl.learned.guessing import TAKEN, learned_guesses, proven
from automl.learned.home import home
from automl.learned.lesson import FAR, Kind, Lesson, Proven
from automl.learned.shelf import FILE_NAME, MOST, Shelf
from automl.records.store import RunStore
from automl.types import Measures, Trial, TrialState
from search_spaces import InputSpec, Signature, TargetSpec
from search_spaces.making import make_space

IMAGES = Kind("classification", "image", (8, 8, 1), "class", 10, 1_000)


@pytest.fixture(scope="module")
def signature():
    spec = InputSpec("image", (8, 8, 1), low=0.0, high=16.0)
    return Signature(spec, TargetSpec("classification", 10))


@pytest.fixture(scope="module")
def space(signature):
    return make_space(["cnn", "mlp"], signature)


def finished(number, values, score=0.9):
    measures = Measures(10, 20, 1_000, 900, 1.0, "int8", ram=500)
    done = TrialState.COMPLETED
    return Trial(number, values, values, "random", done, measures, {}, score)


def lesson(space, seeds, kind=IMAGES):
    trials = [finished(seed, space.sample(seed)) for seed in seeds]
    trials = [Trial(**vars(t) | {"architecture": space.canonical(t.values)}) for t in trials]
    return Lesson(kind, "val_accuracy", proven(trials, space))


def guesses(lessons, space, kind=IMAGES, constraints=None):
    return learned_guesses(lessons, kind, space, constraints or Constraints())


def test_what_did_best_comes_back_as_it_was(space):
    known = lesson(space, [1, 2, 3])
    found, runs = guesses([known], space)
    assert found == [space.canonical(space.sample(seed)) for seed in (1, 2, 3)]
    assert runs == 1


def test_the_best_of_several_runs_come_in_turn_the_most_alike_first(space):
    larger = Kind("classification", "image", (16, 16, 1), "class", 10, 4_000)
    found, runs = guesses([lesson(space, [1, 2], larger), lesson(space, [3, 4, 5])], space)
    assert found == [space.canonical(space.sample(seed)) for seed in (3, 1, 4, 2)]
    assert (len(found), runs) == (TAKEN, 2)


@pytest.mark.parametrize(
    "other",
    [
        Kind("regression", "image", (8, 8, 1), "number", 10, 1_000),
        Kind("classification", "series", (8, 8, 1), "class", 10, 1_000),
        Kind("classification", "image", (64,), "class", 10, 1_000),
        Kind("classification", "image", (256, 256, 3), "class", 10, 1_000),
        Kind("classification", "image", (8, 8, 1), "class", 10, 1_000_000),
    ],
)
def test_other_data_teaches_nothing(space, other):
    assert IMAGES.distance(other) > FAR
    assert guesses([lesson(space, [1], other)], space) == ([], 0)


def test_one_space_learns_from_another_that_contains_it(space, signature):
    cnn = make_space(["cnn"], signature)
    seeds = [seed for seed in range(20) if space.sample(seed)["space"] == "cnn"][:2]
    found, _ = guesses([lesson(space, seeds)], cnn)
    assert len(found) == 2
    back, _ = guesses([lesson(cnn, [0, 1])], space)
    assert [each["space"] for each in back] == ["cnn", "cnn"]
    mlp = make_space(["mlp"], signature)
    assert guesses([lesson(cnn, [0, 1])], mlp) == ([], 0)


def test_what_is_not_in_the_space_any_more_is_left_out(space, signature):
    narrowed = make_space(["cnn"], signature, {"activation": ("relu",)})
    cnn = make_space(["cnn"], signature)
    relu = [s for s in range(60) if cnn.canonical(cnn.sample(s)).get("activation") == "relu"][:1]
    other = [s for s in range(60) if cnn.canonical(cnn.sample(s)).get("activation") != "relu"][:2]
    found, _ = guesses([lesson(cnn, [*other, *relu])], narrowed)
    assert [each["activation"] for each in found] == ["relu"]


def test_what_was_far_over_a_bound_is_not_tried_again(space):
    known = [lesson(space, [1])]
    assert guesses(known, space, constraints=Constraints(max_size=500))[0] == []
    assert guesses(known, space, constraints=Constraints(max_size=900))[0]
    assert guesses(known, space, constraints=Constraints(max_ram=100))[0] == []


def test_the_shelf_keeps_the_newest_and_one_of_each_run(tmp_path, space):
    shelf = Shelf(tmp_path / "deep" / "home")
    assert shelf.lessons() == []
    first, second = lesson(space, [1]), lesson(space, [2])
    shelf.keep("a", first)
    shelf.keep("b", second)
    assert shelf.lessons() == [second, first]
    shelf.keep("a", second)
    assert shelf.lessons() == [second, second]


def test_the_shelf_is_bounded(tmp_path, space):
    shelf, known = Shelf(tmp_path), lesson(space, [1])
    shelf.keep("first", known)
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        rows = [(str(n), n, json.dumps(known.to_dict())) for n in range(1, MOST + 50)]
        db.executemany("INSERT INTO lesson VALUES (?, ?, ?)", rows)
    shelf.keep("last", known)
    assert len(shelf.lessons()) == MOST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 1}',
        '{"version": 99}',
        '{"version": 1, "kind": {}, "objective": "a", "proven": []}',
        "\x00",
    ],
)
def test_a_record_of_somebody_else_is_passed_over(tmp_path, space, text):
    shelf, known = Shelf(tmp_path), lesson(space, [1])
    shelf.keep("good", known)
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("INSERT INTO lesson VALUES ('odd', 1, ?)", (text,))
    assert shelf.lessons() == [known]


def test_a_broken_file_teaches_nothing_and_says_so_when_written(tmp_path, space):
    (tmp_path / FILE_NAME).write_bytes(b"this is no database" * 100)
    shelf = Shelf(tmp_path)
    assert shelf.lessons() == []
    with pytest.raises(OSError, match="learned"):
        shelf.keep("a", lesson(space, [1]))


def test_only_words_and_numbers_are_values():
    with pytest.raises(UserInputError):
        Proven("cnn", {"units": [1, 2]})
    with pytest.raises(UserInputError):
        Kind("classification", "image", (-1,), "class", 10, 5)


def test_the_home_is_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOML_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.setenv("AUTOML_HOME", "")
    assert home() is None
    monkeypatch.delenv("AUTOML_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("sys.platform", "linux")
    assert home() == tmp_path / "data" / "automl"


class Runs:
    """Runs in folders of their own, with the data of digits."""

    def __init__(self, folder, digits, space):
        self.folder, self.data, self.space = folder, digits.summary, space

    def begin(self, name, **options):
        config = make_config("digits", {"trials": 3} | options)
        with RunStore(self.folder / name, create=True) as store:
            store.set_facts({"task": "classification", "objective": ["val_accuracy"]})
            return keeping.first_guesses(config, store, self.data, self.space)

    def finish(self, name, seeds, **options):
        config = make_config("digits", {"trials": 3} | options)
        trials = [finished(seed, self.space.canonical(self.space.sample(seed))) for seed in seeds]
        with RunStore(self.folder / name) as store:
            return keeping.keep(config, store, self.data, self.space, trials)


@pytest.fixture
def runs(tmp_path, digits, space):
    return Runs(tmp_path, digits, space)


def test_a_second_run_begins_with_what_the_first_found(own_home, runs):
    assert runs.begin("a") == ([], "")
    assert runs.finish("a", [1, 2]) == ""
    found, line = runs.begin("b")
    assert len(found) == 2
    assert "2 configurations that did best in 1 earlier run " in line
    assert runs.begin("c", fresh=True) == ([], "")
    assert runs.begin("d", learn=False) == ([], "")


def test_a_resumed_run_begins_with_the_same_whatever_was_learned_since(own_home, runs):
    runs.begin("a")
    runs.finish("a", [1])
    found = runs.begin("b")
    runs.begin("c")
    runs.finish("c", [5, 6, 7])
    assert runs.begin("b") == found
    assert len(runs.begin("d")[0]) == 4


def test_a_run_that_is_not_to_teach_leaves_nothing(own_home, runs):
    runs.begin("a")
    runs.finish("a", [1], learn=False)
    assert not own_home.exists()


def test_nothing_of_the_data_is_kept(own_home, runs, digits):
    runs.begin("a")
    runs.finish("a", [1])
    kept = (own_home / FILE_NAME).read_bytes()
    assert digits.summary.fingerprint.encode() not in kept
    assert digits.summary.uri.encode() not in kept
    assert str(runs.folder).encode() not in kept


def test_a_home_that_cannot_be_written_is_said_and_does_no_harm(monkeypatch, tmp_path, runs):
    file = tmp_path / "a file"
    file.write_text("")
    monkeypatch.setenv("AUTOML_HOME", str(file))
    assert runs.begin("a") == ([], "")
    assert "AUTOML_HOME" in runs.finish("a", [1])


def test_no_test_touches_the_users_own_home():
    place = home()
    assert place is None or Path.home() not in place.parents
