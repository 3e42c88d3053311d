"""The ways to split, each by what it promises."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.base import Target
from automl.data.splitting.by_group import by_group
from automl.data.splitting.by_labels import by_labels
from automl.data.splitting.by_time import by_time
from automl.data.splitting.parts import Shares
from automl.data.splitting.strata import strata_of
from automl.data.splitting.stratified import stratified
from automl.errors import UserInputError

SHARES = Shares(validation=0.2, test=0.2)
RANDOM = np.random.default_rng(0)
CLASSES = RANDOM.integers(0, 3, 200)
LABELS = (RANDOM.random((200, 4)) < [0.5, 0.2, 0.05, 0.3]).astype("float32")
GROUPS = RANDOM.integers(0, 12, 200)

WAYS = {
    "stratified": lambda shares, seed=0: stratified(CLASSES, shares, seed),
    "by labels": lambda shares, seed=0: by_labels(LABELS, shares, seed),
    "by time": lambda shares, seed=0: by_time(200, shares),
    "by group": lambda shares, seed=0: by_group(GROUPS, CLASSES, shares, seed),
}


def parts_of(parts):
    return [part for part in (parts.train, parts.validation, parts.test) if part is not None]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "shares", [SHARES, Shares(0.2, 0), Shares(0, 0.2), Shares(0, 0), Shares(0.01, 0.89)]
)
def test_every_example_is_in_one_split_and_none_is_empty(way, shares):
    parts = WAYS[way](shares)
    assert sorted(np.concatenate(parts_of(parts)).tolist()) == list(range(200))
    assert all(len(part) for part in parts_of(parts))
    assert (parts.validation is None, parts.test is None) == (
        not shares.validation,
        not shares.test,
    )


@pytest.mark.parametrize("way", WAYS)
def test_sizes_are_near_the_shares(way):
    sizes = [len(part) for part in parts_of(WAYS[way](SHARES))]
    np.testing.assert_allclose(sizes, [128, 32, 40], atol=8)


@pytest.mark.parametrize("way", ["stratified", "by labels", "by group"])
def test_a_seed_decides(way):
    one, same, other = WAYS[way](SHARES), WAYS[way](SHARES), WAYS[way](SHARES, 1)
    assert one.test.tolist() == same.test.tolist() != other.test.tolist()


@pytest.mark.parametrize("way", ["stratified", "by labels", "by group"])
def test_examples_are_mixed_within_a_split(way):
    assert (np.diff(WAYS[way](SHARES).train) < 0).sum() > 20


def test_strata_are_in_their_shares():
    strata = np.repeat([0, 1, 2], [120, 60, 20])
    for part in parts_of(stratified(strata, SHARES, 0)):
        np.testing.assert_allclose(
            np.bincount(strata[part]) / len(part), [0.6, 0.3, 0.1], atol=0.03
        )


def test_what_is_too_rare_for_all_splits_trains():
    strata = np.repeat([0, 1, 2], [50, 1, 2])
    parts = stratified(strata, SHARES, 0)
    assert [1 in strata[part] for part in parts_of(parts)] == [True, False, False]
    assert [2 in strata[part] for part in parts_of(parts)] == [True, True, False]


def test_numbers_are_told_apart_by_their_range():
    y = np.random.default_rng(0).exponential(size=(100, 1)).astype("float32")
    strata = strata_of(y, Target("number", ("price",)))
    assert np.bincount(strata).tolist() == [10] * 10
    assert all(np.diff([y[strata == each].min() for each in range(10)]) > 0)
    test = stratified(strata, SHARES, 0).test
    assert y[test].mean() == pytest.approx(y.mean(), rel=0.15)


@pytest.mark.parametrize(
    ("y", "target"),
    [
        (np.zeros(100, int), Target("none")),
        (np.zeros((100, 2)), Target("number", ("a", "b"))),
        (np.zeros((9, 1)), Target("number", ("a",))),
        (np.zeros((100, 1)), Target("number", ("a",))),
    ],
)
def test_what_cannot_be_told_apart_is_one_sort(y, target):
    assert len(np.unique(strata_of(y, target))) == 1


def test_rare_labels_are_in_every_split():
    labels = np.zeros((100, 3), "float32")
    labels[:60, 0], labels[50:80, 1], labels[[3, 55, 99], 2] = 1, 1, 1
    for seed in range(5):
        for part in parts_of(by_labels(labels, SHARES, seed)):
            found = labels[part].sum(axis=0)
            assert found[2] == 1
            np.testing.assert_allclose(found[:2] / len(part), [0.6, 0.3], atol=0.06)


def test_the_splits_follow_each_other_in_time():
    parts = by_time(100, SHARES)
    assert parts.train.tolist() == list(range(64))
    assert parts.validation.tolist() == list(range(64, 80))
    assert parts.test.tolist() == list(range(80, 100))
    assert "follow each other in time" in parts.notes[0]


def test_what_overlaps_two_splits_is_in_none():
    parts = by_time(100, SHARES, overlap=5)
    assert sum(map(len, parts_of(parts))) == 90
    assert parts.validation[0] - parts.train[-1] == 6
    assert parts.test[0] - parts.validation[-1] == 6
    assert parts.test[-1] == 99
    assert "10 of 100 examples are in no split" in parts.notes[1]


def test_time_needs_examples_between_the_overlaps():
    assert len(by_time(13, SHARES, overlap=5).train) == 1
    with pytest.raises(UserInputError, match=r"Received: 12 examples. Shorten --lookback"):
        by_time(12, SHARES, overlap=5)


def test_a_group_is_in_one_split():
    parts = by_group(GROUPS, CLASSES, SHARES, 0)
    groups = [set(GROUPS[part].tolist()) for part in parts_of(parts)]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 12
    shown = ", ".join(
        f"{len(found)} {name}"
        for found, name in zip(groups, ("train", "validate", "test"), strict=True)
    )
    assert parts.notes == (f"Split by group, of 12 groups: {shown}.",)


@pytest.mark.parametrize("labels", [CLASSES, LABELS])
def test_groups_bring_strata_near_their_shares(labels):
    groups = np.random.default_rng(1).integers(0, 40, 200)
    several = np.eye(3)[labels] if labels.ndim == 1 else labels
    for part in parts_of(by_group(groups, labels, SHARES, 0)):
        np.testing.assert_allclose(several[part].mean(axis=0), several.mean(axis=0), atol=0.1)


def test_groups_of_one_class_each_are_dealt_to_all_splits():
    """Speakers who say one word each: every word must be heard in every split."""
    groups, classes = np.arange(60) // 2, np.arange(60) // 20
    for part in parts_of(by_group(groups, classes, SHARES, 0)):
        assert set(classes[part].tolist()) == {0, 1, 2}


@pytest.mark.parametrize("names", [["a", "b", "c"], [3, 1, 2], ["a", "b", "c", "d"]])
def test_one_group_for_each_split_is_enough(names):
    groups = np.repeat(names, 10)
    parts = by_group(groups, np.zeros(len(groups), int), SHARES, 0)
    assert all(len(part) for part in parts_of(parts))


def test_fewer_groups_than_splits_are_refused():
    with pytest.raises(UserInputError, match=r"at least 3 groups, .* Received: 2"):
        by_group(np.array(["a", "b"] * 5), np.zeros(10, int), SHARES, 0)
    assert len(by_group(np.array(["a", "b"] * 5), np.zeros(10, int), Shares(0.2, 0), 0).train) == 5
