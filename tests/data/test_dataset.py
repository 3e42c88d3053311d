"""Reading, splitting and describing a data set."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from automl.data.base import RawData, Skipped, Target
from automl.data.dataset import DataSummary, find_source, load, split
from automl.data.options import ReadOptions
from automl.data.storage import StoredExamples
from automl.errors import UserInputError
from search_spaces import InputSpec


def raw(counts=(30, 20, 10), names=None, **changes):
    """Returns examples each of which is its own number, so that they can be followed."""
    y = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    x = numbered(len(y))
    names = names or tuple("abcdefgh"[: len(counts)])
    spec = InputSpec("image", (4, 4, 1), 0.0, max(1.0, len(y)))
    return replace(RawData(x, y, spec, Target("class", names)), **changes)


def numbered(count, begin=0):
    column = np.arange(begin, begin + count, dtype=np.float32).reshape(-1, 1, 1, 1)
    return column * np.ones((1, 4, 4, 1), "float32")


def made(data, test=0.2, validation=0.2, seed=0, **options):
    return split(data, "here", "npz", test=test, validation=validation, seed=seed, **options)


def numbers(data, name):
    return data.splits[name][0][:][:, 0, 0, 0].astype(int).tolist()


def test_every_example_is_in_exactly_one_split():
    data = made(raw())
    every = [number for name in data.splits for number in numbers(data, name)]
    assert sorted(every) == list(range(60))


def test_labels_stay_with_their_examples():
    source, data = raw(), made(raw())
    for name, (_, y) in data.splits.items():
        assert source.y[numbers(data, name)].tolist() == y.tolist()


def test_shares_are_of_all_and_of_the_rest():
    assert made(raw((100, 100)), test=0.3, validation=0.1).summary.counts == {
        "train": 126,
        "validation": 14,
        "test": 60,
    }


def test_every_split_has_every_class_in_its_share():
    data = made(raw((60, 30, 10)))
    for _, y in data.splits.values():
        shares = np.bincount(y, minlength=3) / len(y)
        np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=0.04)


def test_a_seed_decides_the_split():
    one, same, other = made(raw()), made(raw()), made(raw(), seed=1)
    assert numbers(one, "test") == numbers(same, "test") != numbers(other, "test")
    assert one.summary.fingerprint == same.summary.fingerprint != other.summary.fingerprint


@pytest.mark.parametrize("what", ["pixel", "label", "class name"])
def test_any_change_of_the_data_changes_the_fingerprint(what):
    changed = raw(names=("a", "b", "z") if what == "class name" else None)
    if what == "pixel":
        changed.x[3, 0, 0, 0] += 1
    if what == "label":
        changed.y[0], changed.y[-1] = changed.y[-1], changed.y[0]
    assert made(changed).summary.fingerprint != made(raw()).summary.fingerprint


def test_the_fingerprint_is_of_the_content_not_of_the_place(tmp_path):
    data = raw()
    for name in ("one", "other"):
        np.save(tmp_path / f"{name}.npy", data.x)
    prints = {
        made(replace(data, x=x)).summary.fingerprint
        for x in (data.x, *(StoredExamples(tmp_path / f"{n}.npy") for n in ("one", "other")))
    }
    assert len(prints) == 1


@pytest.mark.parametrize("name", ["validation", "test"])
def test_a_split_that_came_with_the_data_is_kept_whole(name):
    given = (numbered(5, 100), np.array([0, 1, 2, 0, 1]))
    data = made(raw(**{name: given}))
    assert data.summary.counts[name] == 5
    assert sum(data.summary.counts.values()) == 65
    assert numbers(data, name) == [100, 101, 102, 103, 104]


def test_both_splits_may_come_with_the_data():
    given = {
        name: (numbered(3, begin), np.arange(3))
        for name, begin in (("validation", 90), ("test", 95))
    }
    data = made(raw((3, 3, 3), **given))
    assert data.summary.counts == {"train": 9, "validation": 3, "test": 3}
    assert numbers(data, "train") != list(range(9)), "classes are mixed"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (raw((10, 2)), "at least 3 examples, one for each split. Received: 2 of class 'b'."),
        (raw((10, 10, 2, 1)), "Received: 2 of class 'c', 1 of class 'd'. Add examples or remove"),
        (raw((10, 0)), "Received: 0 of class 'b'"),
        (raw((100, 2)), "Received: 2 of class 'b'"),
        (raw((2,) * 8), "2 of class 'e' and 3 more"),
        (raw((10,)), "at least 2 classes. Received: 1, 'a'."),
        (raw((1, 1)), "At least 3 examples are needed, one for each split. Received: 2."),
        (raw(test=(numbered(0), np.zeros(0, int))), "The test data must hold examples"),
        (raw(ordered=True, groups=np.zeros(60)), "by group or by time, not by both"),
        (raw(groups=np.arange(60) // 30), "at least 3 groups"),
        (raw((60, 20), ordered=True), "only 'a'. Split another way"),
    ],
)
def test_what_cannot_be_split_is_refused_with_the_reason(data, words):
    with pytest.raises(UserInputError) as caught:
        made(data)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_few_examples_of_rare_classes_are_no_reason_to_refuse_the_rest():
    data = made(raw((60, 60, 2, 1, 0)))
    assert sum(data.summary.counts.values()) == 123
    assert set(data.splits["train"][1].tolist()) == {0, 1, 2, 3}
    assert data.summary.notes == (
        "No example of class 'e': a model cannot learn it.",
        "No validation example of class 'd' (1 in all): it is not judged there.",
        "No test example of class 'c' (2 in all), 'd' (1 in all): it is not judged there.",
    )


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_class_that_is_in_a_given_split_alone_is_refused_but_for_anomalies(split):
    given = {split: (numbered(3, 100), np.array([0, 1, 2]))}
    with pytest.raises(UserInputError, match=rf"none of 'c' \(1 in the {split} split\)"):
        made(raw((60, 60, 0), **given))
    assert made(raw((60, 0, 0), task="anomaly", why="one class", **given))


def test_one_class_is_enough_to_tell_anomalies():
    data = made(raw((30,), task="anomaly", why="one class"))
    assert (data.summary.task, data.summary.why) == ("anomaly", "one class")
    assert made(raw((30,)), task="anomaly").summary.counts["test"] == 6


@pytest.mark.parametrize("share", [0.01, 0.2, 0.89])
def test_the_least_that_can_be_split_is_split(share):
    data = made(raw((3, 3)), test=share, validation=share)
    assert data.summary.counts == {"train": 2, "validation": 2, "test": 2}
    assert all(sorted(y) == [0, 1] for _, y in data.splits.values())


@pytest.mark.parametrize(
    "target",
    [
        Target("number", ("a",)),
        Target("number", ("a", "b")),
        Target("labels", ("a", "b")),
        Target("none"),
    ],
)
@pytest.mark.parametrize("count", [3, 4, 10])
def test_ten_examples_of_any_target_are_split(target, count):
    width = () if target.kind == "none" else (len(target.names),)
    y = np.zeros((count, *width), "int64" if not width else "float32")
    if width:
        y[::2] = 1
    data = made(replace(raw((count,)), y=y, target=target))
    assert sum(data.summary.counts.values()) == count
    assert min(data.summary.counts.values()) >= 1
    assert data.summary.target.kind == target.kind


def test_examples_are_not_left_in_the_order_of_their_classes():
    labels = made(raw((50, 50))).splits["train"][1]
    assert (np.diff(labels) != 0).sum() > 10


def test_what_is_in_the_order_of_time_is_split_by_time():
    y = np.arange(60).astype(np.int64) % 3
    data = made(replace(raw(ordered=True, overlap=3), y=y))
    assert data.summary.ordered
    last = {name: (numbers(data, name)[0], numbers(data, name)[-1]) for name in data.splits}
    assert last["train"][0] == 0
    assert last["validation"][0] == last["train"][1] + 4
    assert last["test"] == (last["validation"][1] + 4, 59)
    assert any("6 of 60 examples are in no split" in note for note in data.summary.notes)


def test_groups_are_not_torn():
    groups = np.arange(60) % 7
    data = made(raw(groups=groups))
    found = [set(groups[numbers(data, name)].tolist()) for name in data.splits]
    assert sum(map(len, found)) == 7


def test_fitting_sees_training_examples_alone():
    seen = []

    def fit(rows):
        seen.append(rows)
        return replace(raw(), x=numbered(60) + 1, input=InputSpec("vector", (16,)), fit=fit)

    def fit_vectors(rows):
        fitted = fit(rows)
        return replace(fitted, x=fitted.x.reshape(60, 16))

    data = made(raw(fit=fit_vectors))
    train = data.splits["train"][0][:, 0] - 1
    assert [sorted(train.tolist())] == [rows.tolist() for rows in seen]
    assert data.summary.input.kind == "vector"


def test_numbers_are_described_by_training_examples():
    y = np.random.default_rng(0).normal(5, 3, (60, 2)).astype("float32")
    y[:, 1] = 7
    data = made(raw((60,), target=Target("number", ("a", "b")), y=y))
    train = data.splits["train"][1]
    assert data.summary.target.mean == pytest.approx(train.mean(axis=0).tolist(), rel=1e-5)
    assert data.summary.target.std == pytest.approx([train[:, 0].std(), 1.0], rel=1e-5)
    assert data.summary.target.naive_error == 0


def test_the_naive_error_is_that_of_the_last_value_seen():
    series = np.random.default_rng(0).normal(size=70).cumsum().astype("float32")
    y = np.stack([series[4:64], series[6:66]], axis=1)  # 1 and 3 steps after series[3:63].
    target = Target("number", ("a", "a"), steps=(1, 3))
    data = made(raw((60,), y=y, target=target, ordered=True, overlap=5))
    count = data.summary.counts["train"]
    last = series[3:63][:count]
    errors = np.abs(y[:count] - last[:, None])
    expected = np.concatenate([errors[1:, 0], errors[3:, 1]]).mean()
    assert data.summary.target.naive_error == pytest.approx(expected, rel=1e-5)


def test_a_naive_error_that_the_source_knows_stays():
    y = np.arange(60.0, dtype="float32")[:, None]
    target = Target("number", ("a",), steps=(1,), naive_error=0.25)
    data = made(raw((60,), y=y, target=target, ordered=True))
    assert data.summary.target.naive_error == 0.25


def test_the_summary_holds_what_was_found():
    skipped = (Skipped("7.png", "cannot be read"),)
    summary = made(raw(notes=("a note",), skipped=skipped, task="classification")).summary
    assert (summary.notes, summary.skipped) == (("a note",), skipped)
    assert DataSummary.from_dict(json.loads(json.dumps(summary.to_dict()))) == summary


def test_data_is_found_by_what_it_looks_like():
    assert find_source("digits").name == "digits"
    assert find_source("some/where.NPZ").name == "npz"


@pytest.mark.parametrize(
    ("uri", "hint"), [("digit", "Did you mean 'digits'"), ("song.mp3", "DATA")]
)
def test_unknown_data_is_answered_with_what_can_be_read(uri, hint):
    with pytest.raises(UserInputError, match=f"Unknown data {uri!r}") as caught:
        find_source(uri)
    assert hint in str(caught.value)
    assert "FILE.npz" in str(caught.value)


def test_a_path_that_leads_nowhere_is_called_that():
    with pytest.raises(UserInputError, match="no file or folder here"):
        find_source("somewhere/else")


def test_digits_are_the_whole_set(digits):
    assert digits.summary.counts == {"train": 1151, "validation": 287, "test": 359}
    assert digits.summary.input == InputSpec("image", (8, 8, 1), 0.0, 16.0)
    assert digits.summary.class_names == tuple("0123456789")
    again = load("digits", test=0.2, validation=0.2, seed=0)
    assert again.summary.fingerprint == digits.summary.fingerprint


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"input": "tokens"}, "digits holds images. Received: --input tokens"),
        ({"columns": {"a": "number"}}, "does not heed --column. It heeds"),
        ({"time_column": "a", "image_size": (8, 8)}, "--time-column, --image-size"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(options, words):
    with pytest.raises(UserInputError) as caught:
        load("digits", options=ReadOptions(**options), test=0.2, validation=0.2, seed=0)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "options", [{"input": "image"}, {"task": "classification"}, {"memory": 1}, {}]
)
def test_an_option_that_changes_nothing_is_taken(options):
    data = load("digits", options=ReadOptions(**options), test=0.2, validation=0.2, seed=0)
    assert data.memory == options.get("memory", ReadOptions().memory)


# Other data to validate or test on.


def written(path, x, y, **more):
    np.savez(path, x=x, y=y, **more)
    return str(path)


@pytest.fixture
def uri(tmp_path):
    return written(tmp_path / "data.npz", numbered(60), np.array(["a", "b", "c"] * 20))


@pytest.mark.parametrize("name", ["validation", "test"])
def test_other_data_is_a_split_by_the_names_of_the_classes(uri, tmp_path, name):
    other = written(tmp_path / "other.npz", numbered(6, 100), np.array(["c", "b"] * 3))
    data = load(uri, **{"test": 0.2, "validation": 0.2, "seed": 0, name: other})
    assert data.summary.counts[name] == 6
    assert sum(data.summary.counts.values()) == 66
    assert data.splits[name][1].tolist() == [2, 1] * 3


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (numbered(6), ["a", "z", "b"] * 2, "Received: z."),
        (
            numbered(6).repeat(2, axis=1),
            ["a", "b"] * 3,
            "examples of DATA's shape. Received: (4, 4, 1)",
        ),
        (np.arange(12.0).reshape(6, 2), ["a", "b"] * 3, "DATA's kind (image, class)"),
    ],
)
def test_other_data_that_is_not_alike_is_refused(uri, tmp_path, x, y, words):
    other = written(tmp_path / "other.npz", x, np.array(y))
    with pytest.raises(UserInputError) as caught:
        load(uri, test=other, validation=0.2, seed=0)
    assert words in str(caught.value)


def test_other_data_takes_the_place_of_what_came_with_it(tmp_path):
    more = {"x_test": numbered(3, 70), "y_test": np.arange(3)}
    uri = written(tmp_path / "data.npz", numbered(60), np.arange(60) % 3, **more)
    other = written(tmp_path / "other.npz", numbered(6, 100), np.arange(6) % 3)
    data = load(uri, test=other, validation=0.2, seed=0)
    assert numbers(data, "test") == [100, 101, 102, 103, 104, 105]
    assert any("left out" in note for note in data.summary.notes)


def test_rows_that_could_not_be_read_are_still_known_after_fitting(tmp_path):
    rows = [f"{number},{number % 7},{'pq'[number % 2]}" for number in range(60)]
    (tmp_path / "x.csv").write_text("\n".join(["a,b,y", *rows, "1,2,p,more", "5"]), "utf-8")
    data = load(str(tmp_path / "x.csv"), test=0.2, validation=0.2, seed=0)
    assert [each.where for each in data.summary.skipped] == ["line 62", "line 63"]
    assert "1 skipped: has 4 fields instead of 3 (line 62)." in data.summary.skipped_notes()
