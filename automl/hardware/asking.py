"""Asks a backend, in a process of its own, which accelerators it can use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from automl.hardware.answering import MARK
from automl.hardware.devices import BackendDevices, Device
from automl.versions import version_of

#: Seconds until a backend that does not answer is given up.
PATIENCE = 180.0
#: Backend -> what to install for a kind of accelerator.
INSTALL = {
    ("tensorflow", "gpu"): 'pip install "tensorflow[and-cuda]"',
    ("tensorflow", "tpu"): "pip install tensorflow-tpu",
    ("jax", "gpu"): 'pip install "jax[cuda12]"',
    ("jax", "tpu"): 'pip install "jax[tpu]"',
}


def ask(backend: str) -> BackendDevices:
    """Returns what a backend can use here; slow, as it is imported."""
    version = version_of(backend)
    if version is None:
        return BackendDevices(backend, problem=f"{backend} is not installed")
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "automl.hardware.answering", backend],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            env=os.environ
            | {"TF_CPP_MIN_LOG_LEVEL": "3", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
            | {"PYTHONPATH": os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return BackendDevices(backend, version, problem=str(error).partition("\n")[0])
    return read_answer(backend, version, done.returncode, done.stdout, done.stderr)


def read_answer(backend: str, version: str, code: int, out: str, err: str) -> BackendDevices:
    """Reads what the process left.

    Args:
        backend: Who was asked.
        version: Of its package.
        code: Exit code of the process.
        out: What it printed.
        err: What it said on the side.
    """
    line = next((each for each in out.splitlines() if each.startswith(MARK)), None)
    if code or line is None:
        last = (err.strip().splitlines() or ["it said nothing"])[-1][:200]
        return BackendDevices(backend, version, problem=f"{backend} cannot be imported: {last}")
    records = json.loads(line.removeprefix(MARK))
    devices = tuple(
        Device(
            record["kind"],
            record["index"],
            record.get("name", ""),
            record.get("memory"),
            tuple(record["capability"]) if record.get("capability") else None,
        )
        for record in records
    )
    return BackendDevices(backend, version, devices)
