"""TensorFlow Lite Micro's interpreter, which runs models on microcontrollers and here."""

from __future__ import annotations

import json
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.data.storage import chunks
from automl.errors import VerificationError
from automl.verify.base import Runtime, RuntimeResult
from automl.verify.calling import call_runtime

if TYPE_CHECKING:
    from automl.data.base import Examples

TIMEOUT_S = 600.0


class TFLMRuntime(Runtime):
    """Runs the array in a ``model.cc``, in a process that the interpreter may end.

    Latencies are of its plain reference kernels on this machine; a microcontroller's
    are others.
    """

    name: ClassVar[str] = "tflm"
    formats: ClassVar[tuple[str, ...]] = ("micro",)
    in_process: ClassVar[bool] = False

    def missing(self) -> str | None:
        """Returns why the interpreter cannot be used, or None."""
        from automl.export.micro.arena import is_installed

        if is_installed():
            return None
        return "tflite-micro is not installed; pip install 'automl[micro]'"

    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs the file on every input, one by one."""
        import numpy as np

        from automl.export.micro.source import content_of

        try:
            content = content_of(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise VerificationError(f"{path} is no whole array: {error}") from error
        with tempfile.TemporaryDirectory(prefix="automl-micro-") as name:
            folder = Path(name)
            (folder / "model.tflite").write_bytes(content)
            with (folder / "inputs.npy").open("wb") as file:
                np.save(file, np.concatenate([np.asarray(chunk) for chunk in chunks(inputs)]))
            self._call(path, folder)
            record = json.loads((folder / "result.json").read_text(encoding="utf-8"))
            outputs = np.load(folder / "outputs.npy")
        return RuntimeResult(outputs, record["median"], record["p95"])

    def _call(self, path: Path, folder: Path) -> None:
        with as_file(files("automl.verify") / "tflm_program.py") as program:
            done = call_runtime(
                self.name, path, [sys.executable, program, folder], seconds=TIMEOUT_S
            )
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            told = next((line for line in lines if "Didn't find" in line), "")
            detail = told or (lines[-1] if lines else f"it ended with code {done.returncode}")
            raise VerificationError(f"TFLM cannot run {path}: {detail[:200]}")
