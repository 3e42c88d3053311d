"""What a worker is told of devices."""

from __future__ import annotations

import pytest

from automl.errors import UserInputError
from automl.hardware.environment import (
    CPU_DEVICES,
    MEMORY_LIMIT,
    MEMORY_SHARE,
    DeviceUse,
    environment_of,
    with_flag,
)
from automl.testing.machines import BARE, GB, H200, T4, V5E, machine


def of(use: DeviceUse, found, places: int) -> list[dict[str, str]]:
    return [dict(environment_of(found, use, place, places)) for place in range(places)]


def test_on_the_cpu_no_accelerator_is_seen() -> None:
    (jax,) = of(DeviceUse("jax"), BARE, 1)
    assert (jax["CUDA_VISIBLE_DEVICES"], jax["JAX_PLATFORMS"]) == ("", "cpu")
    (tensorflow,) = of(DeviceUse(), BARE, 1)
    assert tensorflow == {"CUDA_VISIBLE_DEVICES": ""}


def test_places_take_devices_in_turn() -> None:
    found = machine(H200, T4, backend="tensorflow")
    use = DeviceUse("tensorflow", "gpu", trials_per_device=2)
    seen = [each["CUDA_VISIBLE_DEVICES"] for each in of(use, found, 4)]
    assert seen == ["GPU-a", "GPU-b", "GPU-a", "GPU-b"]


@pytest.mark.parametrize("sharing", [1, 3, 8])
def test_shares_of_memory_fit_the_device(sharing: int) -> None:
    use = DeviceUse("jax", "gpu", trials_per_device=sharing)
    parts = [
        float(each["XLA_PYTHON_CLIENT_MEM_FRACTION"]) for each in of(use, machine(H200), sharing)
    ]
    assert sum(parts) == pytest.approx(MEMORY_SHARE, abs=0.01)
    use = DeviceUse("tensorflow", "gpu", trials_per_device=sharing)
    found = of(use, machine(T4, backend="tensorflow"), sharing)
    limits = [int(each[MEMORY_LIMIT]) for each in found if MEMORY_LIMIT in each]
    assert sum(limits) <= 15 * GB
    assert len(limits) == (sharing if sharing > 1 else 0)


def test_fewer_places_have_larger_shares() -> None:
    use = DeviceUse("jax", "gpu", trials_per_device=4)
    shares = [each["XLA_PYTHON_CLIENT_MEM_FRACTION"] for each in of(use, machine(H200, H200), 3)]
    assert shares == ["0.450", "0.900", "0.450"]


def test_a_trial_on_several_devices_has_them_to_itself() -> None:
    use = DeviceUse("jax", "gpu", devices_per_trial=2)
    found = machine(H200, H200, H200, H200, H200)
    assert use.at_once(found) == 2
    (first, second) = of(use, found, 2)
    assert first["CUDA_VISIBLE_DEVICES"].count(",") == 1
    assert second["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.900"
    with pytest.raises(UserInputError, match="--workers 3 is more than the devices hold: 2"):
        environment_of(found, use, 0, 3)


def test_a_tpu_is_seen_chip_by_chip() -> None:
    found = of(DeviceUse("jax", "tpu"), machine(V5E, V5E), 2)
    assert [each["TPU_VISIBLE_CHIPS"] for each in found] == ["0", "1"]


def test_the_cpu_has_logical_devices_to_try_out() -> None:
    assert of(DeviceUse("tensorflow", devices_per_trial=3), BARE, 1)[0][CPU_DEVICES] == "3"
    flags = of(DeviceUse("jax", devices_per_trial=3), BARE, 1)[0]["XLA_FLAGS"]
    assert "--xla_force_host_platform_device_count=3" in flags


def test_a_persons_own_flags_stay() -> None:
    known = {"XLA_FLAGS": "--xla_dump_to=/tmp/x --xla_force_host_platform_device_count=8"}
    flags = with_flag("--xla_force_host_platform_device_count=2", known)
    assert flags == "--xla_dump_to=/tmp/x --xla_force_host_platform_device_count=2"


@pytest.mark.parametrize("wrong", [{"devices_per_trial": 0}, {"trials_per_device": 0}])
def test_numbers_begin_at_one(wrong: dict[str, int]) -> None:
    with pytest.raises(UserInputError, match="from 1"):
        DeviceUse(**wrong)


def test_a_trial_has_several_devices_or_a_share_of_one() -> None:
    with pytest.raises(UserInputError, match="several devices or a share of one"):
        DeviceUse(devices_per_trial=2, trials_per_device=2)
