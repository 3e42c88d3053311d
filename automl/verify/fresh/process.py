"""Runs a file in a Python process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from automl.data.base import Examples
from automl.data.storage import chunks
from automl.data.writing import ExamplesWriter
from automl.errors import VerificationError
from automl.verify.base import OperatorTime, Runtime, RuntimeResult, Timing
from automl.verify.calling import call_runtime

TIMEOUT_S = 600.0


class FreshProcessRuntime(Runtime):
    """What these runtimes share: arrays in files, and a process."""

    in_process: ClassVar[bool] = False
    threaded: ClassVar[bool] = True
    #: Module that is run, and that `missing` is answered for by name of its import.
    module: ClassVar[str]
    needs: ClassVar[str]
    #: How to get what it needs.
    remedy: ClassVar[str]

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        """Sets how long one run may take, in seconds."""
        self.timeout_s = timeout_s

    def missing(self) -> str | None:
        """Returns why the runtime cannot be used here, or None; imports nothing."""
        if importlib.util.find_spec(self.needs) is None:
            return f"{self.needs} is not installed; {self.remedy}"
        return None

    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs the file on every input."""
        record, outputs = self.call(path, inputs)
        return RuntimeResult(outputs, record["median"], record["p95"])

    def time(
        self, path: Path, example: np.ndarray, threads: int = 1, *, profile: bool = False
    ) -> Timing:
        """Measures what one example costs, in a process of its own."""
        record, _ = self.call(path, example[:1], {"threads": threads, "profile": profile})
        return timing_of(record, threads)

    def call(
        self, path: Path, inputs: Examples, options: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], np.ndarray]:
        """Runs the file; returns what the process told, and the outputs.

        Args:
            path: The file.
            inputs: Raw examples, at least one.
            options: What else the process is told, e.g. ``threads``.

        Raises:
            VerificationError: If the process refuses the file, fails or dies.
        """
        if len(inputs) == 0:
            raise ValueError("At least one example is needed to run a model.")
        if reason := self.unfit(path):
            raise VerificationError(f"{self.name} cannot run {path}: {reason}")
        with tempfile.TemporaryDirectory(prefix=f"automl-{self.name}-") as name:
            folder = Path(name)
            with ExamplesWriter(
                folder / "input.npy", inputs.shape[1:], inputs.dtype, len(inputs)
            ) as writer:
                for chunk in chunks(inputs):
                    writer.append(chunk)
            request = {"path": str(path.resolve()), "folder": str(folder), **(options or {})}
            (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
            self._start(path, folder / "request.json")
            try:
                record = json.loads((folder / "result.json").read_text(encoding="utf-8"))
                outputs = np.load(folder / "output.npy", allow_pickle=False)
            except (OSError, ValueError) as error:
                raise VerificationError(
                    f"{self.name} wrote no readable result for {path}: {error}"
                ) from error
        return record, outputs

    def unfit(self, path: Path) -> str | None:
        """Returns what can be told at once to be wrong with a file, or None."""
        if not path.is_file():
            return "there is no such file"
        return None if path.stat().st_size else "the file is empty"

    def _start(self, path: Path, request: Path) -> None:
        folders = os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)
        done = call_runtime(
            self.name,
            path,
            [sys.executable, "-P", "-m", self.module, request],
            seconds=self.timeout_s,
            environment=os.environ
            | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": folders},
        )
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
            told = lines[-1].removeprefix("Error: ") if lines else _end(done.returncode)
            raise VerificationError(f"{self.name} cannot run {path}: {told}")


def timing_of(record: dict[str, Any], threads: int) -> Timing:
    """Returns what a process told of one example."""
    return Timing(
        threads,
        latency_ms=record["median"],
        latency_p95_ms=record["p95"],
        load_ms=record.get("load"),
        memory=record.get("memory"),
        operators=tuple(OperatorTime(*each) for each in record.get("operators", ())),
    )


def _end(code: int) -> str:
    return f"its process ended with {f'code {code}' if code >= 0 else f'signal {-code}'}"
