"""Runtimes that are programs of their own, or may end the process they run in."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from automl.errors import VerificationError
from automl.programs import run_program


def call_runtime(
    name: str,
    file: Path,
    command: Sequence[str | Path],
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Lets a program run a file, and returns what it said.

    Args:
        name: The runtime's, for errors.
        file: What is verified.
        command: The program and its arguments.
        seconds: How long it may take.
        environment: As of `run_program`.

    Raises:
        VerificationError: If it took longer.
    """
    try:
        return run_program(command, seconds=seconds, environment=environment)
    except subprocess.TimeoutExpired as error:
        raise VerificationError(f"{name} did not finish {file} within {seconds:g} s.") from error
