"""The numbers that a model is trained with: `float32`, or half as many bits for most of it."""

from __future__ import annotations

from automl.errors import UserInputError
from automl.hardware.devices import CPU, GPU, TPU, Hardware, listed

AUTO, FLOAT32 = "auto", "float32"
FLOAT16, BFLOAT16 = "mixed_float16", "mixed_bfloat16"
#: What ``--precision`` takes.
PRECISIONS = (AUTO, FLOAT32, FLOAT16, BFLOAT16)
#: Compute capability from which a GPU multiplies matrices of a precision on its own units.
_LEAST = {FLOAT16: (7, 0), BFLOAT16: (8, 0)}


def choose_precision(asked: str, hardware: Hardware, backend: str, accelerator: str) -> str:
    """Returns the Keras dtype policy that models are trained with.

    Args:
        asked: One of `PRECISIONS`. ``"auto"`` is ``"mixed_bfloat16"``, which needs no
            loss scaling, where the device computes it; float32 on the CPU, where small
            models gain nothing, and on what is not known.
        hardware: What there is.
        backend: Keras backend that trains.
        accelerator: Kind of device that it trains on.

    Raises:
        UserInputError: If the device does not compute it.
    """
    if asked == FLOAT32:
        return FLOAT32
    if asked == AUTO:
        lacking = accelerator == CPU or _lacks(BFLOAT16, hardware, backend, accelerator)
        return FLOAT32 if lacking else BFLOAT16
    if reason := _lacks(asked, hardware, backend, accelerator):
        others = [
            name
            for name in (BFLOAT16, FLOAT16, FLOAT32)
            if name == FLOAT32 or not _lacks(name, hardware, backend, accelerator)
        ]
        raise UserInputError(f"--precision {asked} {reason}. Give {' or '.join(others)}, or auto.")
    return asked


def native_precisions(hardware: Hardware, backend: str, accelerator: str) -> tuple[str, ...]:
    """Returns the precisions that a device computes."""
    return tuple(
        name
        for name in (FLOAT32, FLOAT16, BFLOAT16)
        if name == FLOAT32 or not _lacks(name, hardware, backend, accelerator)
    )


def _lacks(precision: str, hardware: Hardware, backend: str, accelerator: str) -> str:
    """Returns why a device does not compute a precision; empty if it does."""
    if accelerator == CPU:
        if precision.removeprefix("mixed_") in hardware.features:
            return ""
        return f"is nothing that this CPU ({hardware.processor or 'of unknown name'}) computes"
    devices = hardware.usable(backend, accelerator)
    if accelerator == TPU:
        return "is nothing that a TPU computes" if precision == FLOAT16 else ""
    if accelerator == GPU:
        least = _LEAST[precision]
        # Another maker's GPU tells no capability; it may be asked by name.
        known = [each.capability for each in devices if each.capability is not None]
        if known and min(known) >= least:
            return ""
        if known:
            low = "{}.{}".format(*least)
            return f"needs a GPU of compute capability {low}. Found: {listed(devices)}"
        return "" if precision == FLOAT16 else f"is not known to work on {listed(devices)}"
    raise ValueError(f"An accelerator is a CPU, a GPU or a TPU. Received: {accelerator!r}.")
