"""What is kept of a fit, and when it ends."""

from __future__ import annotations

import math
import time

import pytest

from automl.execution.watch import EpochWatch


class Model:
    """Has one weight: the number of the epoch."""

    def __init__(self):
        self.weights = None
        self.stop_training = False

    def get_weights(self):
        return [self.weights]

    def set_weights(self, weights):
        (self.weights,) = weights


def fit(losses, deadline=None, clock=None, seconds=1.0, patience=0):
    """Plays a fit; returns the watch, the model and what was emitted."""
    emitted, model = [], Model()
    watch = EpochWatch(deadline, emitted.append, patience)
    watch.set_model(model)
    for epoch, loss in enumerate(losses):
        model.weights = f"epoch {epoch}"
        if clock:
            clock[0] += seconds
        watch.on_epoch_end(epoch, {"loss": 1.0, "val_loss": loss, "val_accuracy": 0.1 * epoch})
        if model.stop_training:
            break
    watch.on_train_end()
    return watch, model, emitted


@pytest.fixture
def clock(monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("losses", "best"),
    [([0.5], 0), ([0.5, 0.4, 0.3], 2), ([0.5, 0.3, 0.4], 1), ([0.5, 0.3, 0.3], 1)],
)
def test_the_weights_of_the_best_epoch_are_put_back(losses, best):
    watch, model, _ = fit(losses)
    assert model.weights == f"epoch {best}"
    assert watch.best["val_loss"] == losses[best]
    assert watch.best["val_accuracy"] == pytest.approx(0.1 * best)
    assert (watch.epochs_seen, watch.reason) == (len(losses), "")


def test_every_epoch_is_told_as_plain_numbers():
    _, _, emitted = fit([0.5, 0.4])
    assert [each["epoch"] for each in emitted] == [0, 1]
    assert {type(value) for each in emitted for value in each["metrics"].values()} == {float}


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_ends_it_and_the_best_so_far_is_kept(bad):
    watch, model, _ = fit([0.5, 0.4, bad, 0.1])
    assert watch.reason == "the loss was not finite in epoch 3"
    assert (watch.epochs_seen, model.weights) == (3, "epoch 1")


def test_without_any_finite_epoch_there_is_nothing_to_keep():
    watch, _, _ = fit([math.nan, 0.1])
    assert watch.best is None
    assert watch.epochs_seen == 1


def test_no_epoch_starts_after_the_deadline(clock):
    watch, model, _ = fit([0.5, 0.6, 0.4, 0.3], deadline=1_002.0, clock=clock)
    assert (watch.epochs_seen, watch.reason) == (2, "the time was up")
    assert model.weights == "epoch 0"


def test_one_epoch_is_trained_even_after_the_deadline(clock):
    watch, _, _ = fit([0.5, 0.4], deadline=900.0, clock=clock)
    assert (watch.epochs_seen, watch.best["val_loss"]) == (1, 0.5)


@pytest.mark.parametrize(
    ("losses", "patience", "seen"),
    [
        ([0.5, 0.4, 0.6, 0.45, 0.3], 2, 4),
        ([0.5, 0.6, 0.4, 0.6, 0.3], 2, 5),
        ([0.5, 0.5, 0.4], 1, 2),
        ([0.5, 0.6, 0.7, 0.8], 0, 4),
    ],
)
def test_patience_counts_epochs_without_a_lower_loss(losses, patience, seen):
    watch, model, _ = fit(losses, patience=patience)
    stopped = seen < len(losses)
    assert watch.epochs_seen == seen
    assert watch.reason == (f"{patience} epochs brought no lower validation loss" * stopped)
    assert model.weights == f"epoch {losses.index(min(losses[:seen]))}"
