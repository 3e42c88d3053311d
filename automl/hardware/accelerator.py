"""Which kind of device a run trains on: what was asked for, if it is there."""

from __future__ import annotations

from automl.errors import UserInputError
from automl.hardware.asking import INSTALL
from automl.hardware.devices import ACCELERATORS, CPU, Hardware, listed

AUTO = "auto"
#: What ``--accelerator`` takes.
KINDS = (AUTO, CPU, *reversed(ACCELERATORS))


def choose_accelerator(asked: str, hardware: Hardware, backend: str) -> str:
    """Returns ``"cpu"``, ``"gpu"`` or ``"tpu"``.

    Args:
        asked: One of `KINDS`; ``"auto"`` is the best that the backend can use.
        hardware: What there is, the backend's answer in it.
        backend: Keras backend that trains.

    Raises:
        UserInputError: If it is not there, or the backend cannot use it.
    """
    if asked == CPU:
        return CPU
    if asked == AUTO:
        return next((kind for kind in ACCELERATORS if hardware.usable(backend, kind)), CPU)
    if hardware.usable(backend, asked):
        return asked
    if hardware.of_kind(asked):
        raise UserInputError(
            f"--accelerator {asked} cannot be used: {unused_reason(hardware, backend, asked)}"
        )
    found = listed(hardware.devices) or f"a CPU of {hardware.cores} core(s)"
    raise UserInputError(
        f"--accelerator {asked} is not on this machine. Found: {found}. Leave it out, or give"
        f" --accelerator {hardware.devices[0].kind if hardware.devices else CPU}."
    )


def unused_reason(hardware: Hardware, backend: str, kind: str) -> str:
    """Returns why a backend does not use what the driver shows, and what to do."""
    shown, answer = listed(hardware.of_kind(kind)), hardware.answer_of(backend)
    if answer is None:
        return f"there is {shown}; {backend} was not asked."
    why = answer.problem or f"the installed {backend} {answer.version} finds no {kind.upper()}"
    return f"there is {shown}, but {why}. Install one that does: {INSTALL[backend, kind]}"


def hardware_note(hardware: Hardware, backend: str, accelerator: str) -> str:
    """Returns what a run trains on, in one line."""
    if accelerator != CPU:
        return f"Trained on: {listed(hardware.usable(backend, accelerator))} ({backend})."
    name = f" ({hardware.processor})" if hardware.processor else ""
    note = f"Trained on: {hardware.cores} CPU core(s){name}."
    for kind in ACCELERATORS:
        if hardware.of_kind(kind) and not hardware.usable(backend, kind):
            note += f" Not used: {unused_reason(hardware, backend, kind)}"
    return note
