"""The error tree. The command line turns each into one line and an exit code."""

from __future__ import annotations

from search_spaces.errors import AutomlError, UnknownNameError, UnsuitableSpaceError, UserInputError

__all__ = [
    "AutomlError",
    "CompressionError",
    "ConfigChangedError",
    "ConversionError",
    "DiskFullError",
    "Interrupted",
    "MissingPartError",
    "NothingFeasibleError",
    "RunLockedError",
    "UnknownNameError",
    "UnsuitableSpaceError",
    "UserInputError",
    "VerificationError",
    "WorkerDiedError",
]


class ConfigChangedError(UserInputError):
    """The output folder holds a run of another configuration."""


class RunLockedError(UserInputError):
    """Another process is working on the same run."""


class NothingFeasibleError(AutomlError):
    """No candidate met the constraints."""

    exit_code = 3


class VerificationError(AutomlError):
    """An exported file does not compute what the Keras model computes."""

    exit_code = 4


class ConversionError(AutomlError):
    """A model cannot be written in the format asked for."""


class CompressionError(AutomlError):
    """A step of a recipe cannot treat a model."""


class MissingPartError(AutomlError):
    """An optional part (Node.js, an extra) is needed and not installed."""


class DiskFullError(AutomlError):
    """Something could not be written for want of space; the run can be resumed."""


class WorkerDiedError(AutomlError):
    """A worker process ended in the middle of a job."""


class Interrupted(AutomlError):
    """The user interrupted; the run can be resumed."""

    exit_code = 130
