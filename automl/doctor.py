"""What is installed, in which version, and whether it works."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from automl.config import BACKENDS
from automl.errors import MissingPartError
from automl.hardware.finding import find_hardware
from automl.hardware.findings import device_findings
from automl.learned.telling import told
from automl.registry import RUNTIMES
from automl.verify import tfjs_node
from automl.versions import DISTRIBUTIONS, version_of


@dataclass(frozen=True)
class Finding:
    """One part of the installation.

    Attributes:
        part: What was looked at.
        version: Its version, empty if it has none or is missing.
        works: Whether it can be used.
        remark: What a person should know or do.
    """

    part: str
    version: str
    works: bool
    remark: str = ""


def examine(say: Callable[[str], None] = lambda text: None) -> list[Finding]:
    """Looks at every part; slow, since it imports the backend in a process of its own.

    Args:
        say: Is told about downloads that the examination starts.
    """
    findings = [Finding("python", sys.version.split()[0], True)]
    findings += [_distribution(name) for name in DISTRIBUTIONS]
    findings += [_node(), _backend(), *_devices(), _learned()]
    with suppress(MissingPartError):  # The runtimes say what is missing.
        tfjs_node.ensure(say)
    findings += [_runtime(name) for name in RUNTIMES.names()]
    return findings


def _distribution(name: str) -> Finding:
    version = version_of(name)
    remark = "" if version else f"missing; pip install {name}"
    return Finding(name, version or "", version is not None, remark)


def _node() -> Finding:
    path = shutil.which("node")
    if path is None:
        return Finding(
            "node", "", False, "missing; TF.js files are then not verified; install Node.js 18+"
        )
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return Finding("node", done.stdout.strip(), done.returncode == 0)


def _backend() -> Finding:
    code = (
        "import os; os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'\n"
        "import keras, tensorflow as tf\n"
        "devices = [d.device_type for d in tf.config.list_physical_devices()]\n"
        "float(keras.ops.sum(keras.ops.ones((2, 2))))\n"
        "print(','.join(devices))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return Finding("keras on tensorflow", "", False, last)
    return Finding("keras on tensorflow", "", True, f"devices: {done.stdout.strip()}")


def _devices() -> list[Finding]:
    """Looks at what trials can be trained on."""
    backends = tuple(name for name in BACKENDS if version_of(name))
    hardware = find_hardware(backends, always=True)
    return [
        Finding(each.part, "", each.works, each.remark)
        for each in device_findings(hardware, backends)
    ]


def _learned() -> Finding:
    """Says what finished runs have taught, and where that is kept."""
    return Finding("learned from runs", "", True, told() or "nothing yet")


def _runtime(name: str) -> Finding:
    runtime = RUNTIMES.get(name)()
    reason = runtime.missing()
    return Finding(f"runtime {name}", "", reason is None, reason or "")
