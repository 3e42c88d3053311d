"""Batches: whole epochs, and last batches that are filled up."""

from __future__ import annotations

import numpy as np
import pytest

from search_spaces.training.batches import Batches

X, Y = np.arange(10.0)[:, None], np.arange(10)


def epoch_of(batches, epoch=0):
    batches.epoch = epoch
    return [batches[number] for number in range(len(batches))]


def test_an_epoch_holds_every_example_once():
    sizes = [len(x) for x, _ in epoch_of(Batches(X, Y, batch_size=4))]
    seen = np.concatenate([y for _, y in epoch_of(Batches(X, Y, batch_size=4))])
    assert sizes == [4, 4, 2]
    assert sorted(seen) == list(Y)


@pytest.mark.parametrize("shuffle", [True, False])
def test_even_batches_are_filled_up_with_the_first_of_their_epoch(shuffle):
    batches = Batches(X, Y, Y / 10, batch_size=4, shuffle=shuffle, even=True)
    for epoch in range(2):
        found = epoch_of(batches, epoch)
        assert [len(x) for x, _, _ in found] == [4, 4, 4]
        seen = np.concatenate([y for _, y, _ in found])
        assert sorted(seen[:10]) == list(Y)
        np.testing.assert_array_equal(seen[10:], seen[:2])
        for x, y, weights in found:
            np.testing.assert_array_equal(x[:, 0], y)
            np.testing.assert_allclose(weights, y / 10)


def test_fewer_examples_than_a_batch_are_one_batch():
    (found,) = epoch_of(Batches(X, Y, batch_size=16, even=True))
    assert len(found[0]) == 10
