"""Trainings in workers of logical devices: several for one model, or data that stays on one."""

from __future__ import annotations

import pytest

from automl.errors import AutomlError
from automl.execution.places import Place
from automl.execution.processes import ProcessExecutor
from automl.execution.stepped_fit import shared_batch
from automl.hardware.distribution import divisible
from automl.hardware.environment import DeviceUse, environment_of
from automl.testing.machines import BARE

DEVICES = 2
#: As if a first trial had found that many steps a call are fastest.
STEPPING = {
    **{"kind": "cnn", "jit": True, "whole": True, "planned": 60},
    "timings": [{"jit": True, "steps": 30, "first": 1.0, "step": 0.001}],
}


@pytest.fixture(scope="module", params=["tensorflow", "jax"])
def train(request, run_folder, digits_space, small_values):
    """Returns what trains in a worker of one backend; its name is an attribute."""
    pytest.importorskip(request.param)
    environment = environment_of(BARE, DeviceUse(request.param, devices_per_trial=DEVICES), 0, 1)
    args = {"space": digits_space, "values": small_values, "seed": 1, "epochs": 2}
    args |= {"deadline": None, "model_file": "models/devices.keras", "task": "classification"}
    with ProcessExecutor(run_folder, (Place(request.param, environment=environment),)) as executor:

        def run(**changes):
            return executor.run("train", args | changes)

        run.backend = request.param
        run.alone = run()
        yield run


def expect_the_same_in_parts(train, whole, **changes):
    pause = f"models/paused/{train.backend}.npz"
    assert train(until=1, pause_file=pause, **changes)["paused"]
    resumed = train(resume_file=pause, **changes)
    assert resumed["metrics"] == pytest.approx(whole["metrics"], abs=1e-5)


def test_the_batch_is_divided_and_the_loss_the_same(train) -> None:
    several = train(devices=DEVICES)
    assert several["devices"] == DEVICES
    loss = train.alone["metrics"]["val_loss"]
    assert several["metrics"]["val_loss"] == pytest.approx(loss, rel=0.02)
    expect_the_same_in_parts(train, several, devices=DEVICES)
    with pytest.raises(AutomlError, match=r"needs 5 devices\. This worker sees 2"):
        train(devices=5)


def test_data_that_stays_on_the_device_trains_the_same(train) -> None:
    resident = train(stepping=STEPPING)
    loss = train.alone["metrics"]["val_loss"]
    assert resident["metrics"]["val_loss"] == pytest.approx(loss, rel=0.02)
    expect_the_same_in_parts(train, resident, stepping=STEPPING)


def test_every_device_has_as_much_of_a_batch() -> None:
    assert (divisible(32, 4), divisible(32, 3), divisible(2, 4)) == (32, 30, 4)
    for count, devices in ((360, 2), (7 * 4, 4), (1_000 * 8, 8), (2, 2)):
        size = shared_batch(count, devices)
        assert size % devices == 0
        assert count % size == 0
