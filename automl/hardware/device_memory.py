"""Too little memory of a device: told from other failures, and met with smaller batches."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from automl.errors import AutomlError
from automl.units import format_size

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Examples of a batch that is not halved any more: gradients of fewer are mostly noise,
#: and the memory of a model that does not train on so few goes into its weights.
SMALLEST_BATCH = 4
#: Exceptions that say it by their type: TensorFlow's.
_TYPES = frozenset({"ResourceExhaustedError"})
#: What JAX, XLA and the libraries below say.
_WORDS = (
    "RESOURCE_EXHAUSTED",
    "OOM when allocating",
    "CUDA_ERROR_OUT_OF_MEMORY",
    "CUDNN_STATUS_ALLOC_FAILED",
    "CUBLAS_STATUS_ALLOC_FAILED",
)


class DeviceMemoryError(AutomlError):
    """A model does not fit into the memory of its device."""


def is_out_of_device_memory(error: BaseException) -> bool:
    """Returns whether a backend could not allocate a tensor.

    A `MemoryError` is of Python itself and of this machine, not of a device.
    """
    if isinstance(error, MemoryError | DeviceMemoryError):
        return False
    text = str(error)
    return type(error).__name__ in _TYPES or any(word in text for word in _WORDS)


def smaller_batches(size: int) -> Iterator[int]:
    """Yields a batch size, and halves of it down to `SMALLEST_BATCH`."""
    yield size
    while size // 2 >= SMALLEST_BATCH:
        size //= 2
        yield size


def with_smaller_batches(train: Callable[[int], dict[str, Any]], size: int) -> dict[str, Any]:
    """Trains with a batch that fits the device.

    Args:
        train: Trains from the beginning with so many examples a batch.
        size: The batch that is asked for.

    Returns:
        What `train` returned; ``remark`` says it in words where the batch is smaller.

    Raises:
        DeviceMemoryError: If the smallest batch does not fit, either.
    """
    said = ""
    for tried in smaller_batches(size):
        try:
            result = train(tried)
        except Exception as error:
            if not is_out_of_device_memory(error):
                raise
            said = str(error).strip().partition("\n")[0][:160]
        else:
            if tried == size:
                return result
            return result | {"remark": _remark(tried, size)}
        # What the failed attempt has on the device is held by its frames until here.
        gc.collect()
    raise DeviceMemoryError(
        f"it needs more memory than its device has, with a batch of {tried}, too"
        f"{_peak()}. Use a larger device, fewer --trials-per-device, or freeze smaller sizes."
        f" The backend said: {said}"
    )


def peak_memory() -> int | None:
    """Returns the most bytes of a device that this process has held; None if it is not told.

    The CPU has none of its own: there it is the process's resident set at its largest.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        if tf.config.list_logical_devices("GPU"):
            return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    elif keras.backend.backend() == "jax":
        import jax

        told = jax.local_devices()[0].memory_stats() or {}
        if "peak_bytes_in_use" in told:
            return int(told["peak_bytes_in_use"])
    return _resident_peak()


def _resident_peak() -> int | None:
    import sys

    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _remark(tried: int, size: int) -> str:
    return (
        f"the memory of its device did not hold a batch of {size}; it was trained with {tried}"
        f"{_peak()}"
    )


def _peak() -> str:
    most = peak_memory()
    return "" if most is None else f" (peak {format_size(most)})"
