"""A model that does not fit its device is tried with smaller batches."""

from __future__ import annotations

from typing import Any

import pytest

from automl.errors import AutomlError
from automl.hardware.device_memory import (
    DeviceMemoryError,
    is_out_of_device_memory,
    smaller_batches,
    with_smaller_batches,
)

#: Four terabytes: no machine of these tests has them.
ABSURD = 10**12


def of_tensorflow() -> BaseException:
    tf = pytest.importorskip("tensorflow")
    with pytest.raises(tf.errors.ResourceExhaustedError) as raised:
        tf.ones([ABSURD])
    return raised.value


def of_jax() -> BaseException:
    jax = pytest.importorskip("jax")
    with pytest.raises(jax.errors.JaxRuntimeError) as raised:
        jax.numpy.ones(ABSURD).block_until_ready()
    return raised.value


@pytest.mark.parametrize("backend", [of_tensorflow, of_jax])
def test_backends_say_it_in_their_ways(backend: Any) -> None:
    assert is_out_of_device_memory(backend())


def test_other_failures_are_none_of_it() -> None:
    assert not is_out_of_device_memory(ValueError("shapes differ"))
    assert not is_out_of_device_memory(MemoryError())  # Of Python itself.


def test_batches_are_halved_down_to_a_floor() -> None:
    assert list(smaller_batches(32)) == [32, 16, 8, 4]
    assert list(smaller_batches(6)) == [6]


def train_on(most: int) -> Any:
    """Returns a training that fits with so many examples a batch."""

    def train(batch: int) -> dict[str, Any]:
        if batch > most:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1073741824 bytes")
        return {"batch": batch}

    return train


def test_what_fits_is_left_alone() -> None:
    assert with_smaller_batches(train_on(64), 64) == {"batch": 64}


def test_a_smaller_batch_is_said() -> None:
    result = with_smaller_batches(train_on(16), 64)
    assert result["batch"] == 16
    assert "a batch of 64; it was trained with 16 (peak " in result["remark"]


def test_what_fits_no_batch_fails_in_one_line() -> None:
    with pytest.raises(
        DeviceMemoryError, match=r"with a batch of 4, too .peak .*1073741824"
    ) as found:
        with_smaller_batches(train_on(0), 64)
    assert "\n" not in str(found.value)
    assert isinstance(found.value, AutomlError)


def test_other_errors_pass() -> None:
    def train(batch: int) -> dict[str, Any]:
        raise ValueError("a fault of its own")

    with pytest.raises(ValueError, match="of its own"):
        with_smaller_batches(train, 64)
