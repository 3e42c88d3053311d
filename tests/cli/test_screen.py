"""What a terminal shows while several trials are trained."""

from __future__ import annotations

import io

import pytest
from automl_cli.screen import LiveScreen
from rich.console import Console

from automl.tuning.observer import Progress
from automl.types import Trial, TrialState


@pytest.fixture
def screen():
    return LiveScreen(Console(file=io.StringIO(), width=100))


def shown(screen):
    console = Console(file=io.StringIO(), width=100)
    console.print(screen._render())
    return console.file.getvalue()


def trial(number, **facts):
    return Trial(number, {}, {}, "random", **facts)


def trains(screen, number, epoch):
    screen.epoch(trial(number), epoch, 10, {"val_loss": 0.5})


def test_each_trial_in_training_has_a_bar(screen):
    screen.stage("Searching")
    screen.progress(Progress(at_once=2))
    for number, epoch in ((0, 0), (1, 0), (0, 1), (1, 1)):
        trains(screen, number, epoch)
    lines = shown(screen).splitlines()
    assert ["trial 0" in lines[1], "epoch 2/10" in lines[1]] == [True, True]
    assert ["trial 1" in lines[2], "epoch 2/10" in lines[2]] == [True, True]
    screen.trial(trial(0, state=TrialState.FAILED, reason="oh"))
    assert "trial 0" not in shown(screen)
    assert "trial 1" in shown(screen)


def test_one_worker_has_one_bar_whoever_ended_without_a_word(screen):
    trains(screen, 0, 3)
    trains(screen, 1, 0)
    assert "trial 0" not in shown(screen)
    assert "trial 1" in shown(screen)


def test_of_very_many_the_first_few_are_shown_and_the_others_counted(screen):
    screen.progress(Progress(at_once=64))
    for number in range(64):
        trains(screen, number, 0)
    text = shown(screen)
    assert text.count("trial ") == 8
    assert "and 56 more in training" in text
