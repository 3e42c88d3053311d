"""Other programs, started and waited for."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run_program(
    command: Sequence[str | Path],
    *,
    seconds: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end; it is given nothing to read, and what it says is kept.

    Args:
        command: The program and its arguments.
        seconds: How long it may take.
        folder: Where it runs; by default where this process does.
        environment: All of its environment variables; by default those of this process.

    Returns:
        Its exit code and what it said, as text whatever the bytes were.

    Raises:
        subprocess.TimeoutExpired: If it took longer; it has been ended.
    """
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        stdin=subprocess.DEVNULL,
        check=False,
    )
