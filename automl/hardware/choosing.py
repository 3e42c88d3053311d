"""What of a machine a run uses: decided once, before anything is begun."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from automl.errors import UserInputError
from automl.hardware.accelerator import AUTO, choose_accelerator, hardware_note
from automl.hardware.devices import CPU, Hardware
from automl.hardware.environment import DeviceUse, Environment, environment_of
from automl.hardware.finding import find_hardware, may_hide_accelerators
from automl.hardware.precision import FLOAT32, choose_precision

if TYPE_CHECKING:
    from automl.config import SearchConfig


@dataclass(frozen=True)
class ChosenDevices:
    """The devices of a run.

    Attributes:
        hardware: The machine.
        use: How trials use its devices.
        precision: Keras dtype policy that models are trained with.
        elsewhere: Whether other machines train; the hardware is this one's.
    """

    hardware: Hardware
    use: DeviceUse
    precision: str = FLOAT32
    elsewhere: bool = False

    @property
    def at_once(self) -> int | None:
        """Trials that the accelerators train at once; None on the CPU."""
        return self.use.at_once(self.hardware)

    def workers(self, asked: int | str) -> int | None:
        """Returns how many places train on accelerators; None on the CPU, where cores decide.

        Args:
            asked: A number, or ``"auto"`` for as many as the devices hold. One, with
                several trials a device, stands for them.
        """
        if self.at_once is None:
            return None
        several = self.use.trials_per_device > 1 and asked == 1
        return self.at_once if asked == AUTO or several else int(asked)

    def environment(self, place: int, places: int) -> Environment:
        """Returns the variables of one of the places that train, as of `environment_of`."""
        return environment_of(self.hardware, self.use, place, places)

    @property
    def note(self) -> str:
        """What the run trains on, in one line."""
        line = hardware_note(self.hardware, self.use.backend, self.use.accelerator)
        if self.elsewhere:
            line = f"Training with {self.use.backend} on the nodes of a Ray cluster."
        if self.precision != FLOAT32:
            line += f" Precision: {self.precision}; files and scores are of float32."
        count = self.use.devices_per_trial
        if count > 1 and self.use.accelerator == CPU:
            line += f" Each model on {count} logical devices of the CPU, to try it out."
        elif count > 1:
            line += f" Each model on {count} devices."
        return line

    def to_dict(self) -> dict[str, Any]:
        """Returns the fact of a run, JSON-ready."""
        return {
            "hardware": self.hardware.to_dict(),
            "accelerator": self.use.accelerator,
            "precision": self.precision,
            "devices_per_trial": self.use.devices_per_trial,
            "trials_per_device": self.use.trials_per_device,
            "note": self.note,
        }


def choose_devices(config: SearchConfig, hardware: Hardware | None = None) -> ChosenDevices:
    """Decides what a run trains on and with.

    Args:
        config: What was asked for.
        hardware: The machine; None for this one. A backend is asked only where a
            driver shows an accelerator, or one was asked for by name and may be another
            maker's.

    Raises:
        UserInputError: If what was asked for is not there.
    """
    if config.ray:
        # What its nodes have is for Ray to say; nobody can tell yet what they compute.
        precision = FLOAT32 if config.precision == AUTO else config.precision
        here = find_hardware((), always=False)
        return ChosenDevices(here, config.device_use, precision, elsewhere=True)
    if hardware is None:
        wanted = config.accelerator not in (AUTO, CPU) and may_hide_accelerators()
        hardware = _found(config.backend, wanted, config.accelerator != CPU)
    accelerator = choose_accelerator(config.accelerator, hardware, config.backend)
    precision = choose_precision(config.precision, hardware, config.backend, accelerator)
    use = replace(config.device_use, accelerator=accelerator)
    if config.workers == 0 and use.devices_per_trial > 1:
        raise UserInputError(
            f"--devices-per-trial {use.devices_per_trial} needs worker processes. Received:"
            " --workers 0. Give --workers 1."
        )
    use.groups(hardware)  # So many devices for a trial are there.
    chosen = ChosenDevices(hardware, use, precision)
    if (places := chosen.workers(config.workers)) and places > 0:
        chosen.environment(0, places)  # And for so many workers.
    return chosen


@cache
def _found(backend: str, always: bool, ask: bool) -> Hardware:
    return find_hardware((backend,) if ask else (), always=always)
