"""Runs a TF.js graph model in a Node.js process of its own.

One model per process: a trap inside the wasm backend leaves it unusable for
whatever comes next.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from automl.data.base import Examples
from automl.data.storage import chunks
from automl.errors import MissingPartError, VerificationError
from automl.verify.base import OperatorTime, Runtime, RuntimeResult, Timing
from automl.verify.calling import call_runtime
from automl.verify.tfjs_node.install import ensure, node

BATCH = 64
TIMEOUT_S = 600.0
LATENCY = {"calls": 30, "warmup": 5, "seconds": 2.0}


class _TFJSNodeRuntime(Runtime):
    """What the two backends share."""

    formats: ClassVar[tuple[str, ...]] = ("tfjs",)
    in_process: ClassVar[bool] = False
    backend: ClassVar[str]

    def __init__(
        self,
        timeout_s: float = TIMEOUT_S,
        batch: int = BATCH,
        latency: Mapping[str, float] = LATENCY,
    ) -> None:
        """Sets the limits of a run.

        Args:
            timeout_s: How long one run may take, in seconds.
            batch: How many examples go in at once.
            latency: ``calls`` timed at most, ``warmup`` calls before them, and
                ``seconds`` after which three calls are enough.
        """
        self.timeout_s = timeout_s
        self.batch = batch
        self.latency = dict(latency)

    def missing(self) -> str | None:
        """Returns why TF.js cannot be run here and what to do, or None.

        Fetches TF.js where it is not installed yet (see `install.ensure`).
        Never raises.
        """
        try:
            ensure()
        except MissingPartError as error:
            return str(error)
        except OSError as error:
            return f"TF.js cannot be installed: {error}"
        return None

    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs a model.json on every input.

        Args:
            path: The model.json; its shards lie beside it.
            inputs: Raw examples, examples x shape, at least one. They travel as
                float32, which holds whole numbers up to 2^24, and are fed as
                the type the model asks for.

        Raises:
            VerificationError: If TF.js refuses or fails to run the file.
            MissingPartError: If Node.js or TF.js is missing.
        """
        return self._run(path, inputs)[0]

    def time(
        self, path: Path, example: np.ndarray, threads: int = 1, *, profile: bool = False
    ) -> Timing:
        """Measures what one example costs; each kernel by TF.js's own profiler."""
        result, reply = self._run(path, example[:1], profile=profile)
        return Timing(
            threads,
            result.latency_ms,
            result.latency_p95_ms,
            load_ms=reply["load"],
            memory=round(reply["memory"]),
            operators=tuple(OperatorTime(*each) for each in reply["operators"]),
        )

    def _run(
        self, path: Path, inputs: Examples, *, profile: bool = False
    ) -> tuple[RuntimeResult, dict[str, Any]]:
        if len(inputs) == 0:
            raise ValueError("At least one example is needed to run a model.")
        install = ensure()
        with tempfile.TemporaryDirectory(prefix="automl-tfjs-") as name:
            folder = Path(name)
            request = self._request(path, inputs, folder, install, profile=profile)
            self._call_node(path, folder / "request.json")
            return _result(path, request, len(inputs))

    def _request(
        self, path: Path, inputs: Examples, folder: Path, install: Path, *, profile: bool
    ) -> dict[str, Any]:
        request = {
            "backend": self.backend,
            "install": str(install),
            "model": str(path.resolve()),
            "inputs": [{"file": str(folder / "input.f32"), "shape": list(inputs.shape)}],
            "outputs": [str(folder / "output.f32")],
            "result": str(folder / "result.json"),
            "batch": self.batch,
            "latency": self.latency,
            "profile": profile,
        }
        with (folder / "input.f32").open("wb") as file:
            for chunk in chunks(inputs):
                file.write(np.ascontiguousarray(chunk, "<f4").data)
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        return request

    def _call_node(self, path: Path, request: Path) -> None:
        with as_file(files("automl.verify.tfjs_node").joinpath("run.mjs")) as script:
            done = call_runtime(self.name, path, [node(), script, request], seconds=self.timeout_s)
        if done.returncode != 0:
            detail = _last_error(done.stderr) or f"Node.js ended with code {done.returncode}"
            raise VerificationError(f"{self.name} cannot run {path}: {detail}")


class TFJSCPURuntime(_TFJSNodeRuntime):
    """The plain JavaScript backend: the reference of TF.js."""

    name: ClassVar[str] = "tfjs-cpu"
    backend: ClassVar[str] = "cpu"


class TFJSWasmRuntime(_TFJSNodeRuntime):
    """The WebAssembly backend, with SIMD where the machine has it, on one thread."""

    name: ClassVar[str] = "tfjs-wasm"
    backend: ClassVar[str] = "wasm"


def _result(
    path: Path, request: dict[str, Any], examples: int
) -> tuple[RuntimeResult, dict[str, Any]]:
    try:
        reply = json.loads(Path(request["result"]).read_text(encoding="utf-8"))
        outputs = np.fromfile(request["outputs"][0], "<f4")
        outputs = outputs.reshape(examples, *reply["shapes"][0])
    except (OSError, ValueError, LookupError) as error:
        raise VerificationError(f"Node.js wrote no readable result for {path}: {error}") from error
    times = sorted(reply["times"])
    result = RuntimeResult(
        outputs=outputs.astype(np.float32, copy=False),
        latency_ms=float(np.median(times)),
        latency_p95_ms=float(times[math.ceil(0.95 * len(times)) - 1]),
    )
    return result, reply


def _last_error(stderr: str) -> str | None:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    told = [line for line in lines if "Error" in line] or lines
    return told[-1] if told else None
