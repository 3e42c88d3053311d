"""TF.js in headless Chromium, on the two backends that pages use."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.data.base import Examples
from automl.errors import MissingPartError, VerificationError
from automl.verify.base import OperatorTime, Runtime, RuntimeResult, Timing
from automl.verify.browser.asking import SOFTWARE_GL, Answer, ask_page
from automl.verify.browser.finding import problem
from automl.verify.browser.page import LATENCY, packed, result_of
from automl.verify.tfjs_node import ensure

if TYPE_CHECKING:
    import numpy as np

BATCH = 64
TIMEOUT_S = 300.0
_PAGE = """<!doctype html><meta charset="utf-8"><title>{backend}</title>
<script src="runtime/tf-core.min.js"></script><script src="runtime/tf-converter.min.js"></script>
<script src="runtime/tf-backend-{backend}.min.js"></script>
<script type="module" src="tfjs.mjs"></script>"""
_PACKAGES = ("core", "converter")


class _TFJSChromiumRuntime(Runtime):
    """What the two backends share: a page, and a browser, for each file."""

    formats: ClassVar[tuple[str, ...]] = ("tfjs",)
    in_process: ClassVar[bool] = False
    by_default: ClassVar[bool] = False
    backend: ClassVar[str]
    flags: ClassVar[tuple[str, ...]] = ()

    def __init__(self, timeout_s: float = TIMEOUT_S, batch: int = BATCH) -> None:
        """Sets the limits of a run.

        Args:
            timeout_s: How long one run may take, in seconds.
            batch: How many examples go in at once.
        """
        self.timeout_s, self.batch = timeout_s, batch

    def missing(self) -> str | None:
        """Returns why the browser or TF.js cannot be had, or None."""
        if reason := problem():
            return reason
        try:
            ensure()
        except MissingPartError as error:
            return str(error)
        return None

    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs a model.json on every input."""
        failure = f"{self.name} cannot run {path}"
        return result_of(self._answer(path, inputs, {}), len(inputs), failure)

    def time(
        self, path: Path, example: np.ndarray, threads: int = 1, *, profile: bool = False
    ) -> Timing:
        """Measures what one example costs; each kernel by TF.js's own profiler.

        A page of its own does not tell how much memory it takes.
        """
        answer = self._answer(path, example[:1], {"threads": threads, "profile": profile})
        result = result_of(answer, 1, f"{self.name} cannot run {path}")
        return Timing(
            threads,
            result.latency_ms,
            result.latency_p95_ms,
            load_ms=answer.record["load"],
            operators=tuple(OperatorTime(*each) for each in answer.record["operators"]),
        )

    def _answer(self, path: Path, inputs: Examples, more: dict[str, Any]) -> Answer:
        request = {
            "backend": self.backend,
            "model": path.name,
            "shape": list(inputs.shape),
            "batch": self.batch,
            "latency": LATENCY,
            **more,
        }
        try:
            json.loads(path.read_bytes())  # What is no JSON needs no browser.
            return self._ask(path, inputs, request)
        except (OSError, ValueError, VerificationError) as error:
            raise VerificationError(f"{self.name} cannot run {path}: {error}") from error

    def _ask(self, path: Path, inputs: Examples, request: dict[str, Any]) -> Answer:
        return ask_page(
            {
                "index.html": _PAGE.format(backend=self.backend).encode(),
                "tfjs.mjs": files("automl.verify.browser").joinpath("tfjs.mjs").read_bytes(),
                "predicting.mjs": _shared(),
                "request.json": json.dumps(request).encode(),
                "input.f32": packed(inputs),
                "model": path.resolve().parent,
                **_runtime(self.backend),
            },
            flags=self.flags,
            timeout_s=self.timeout_s,
        )


class TFJSChromiumWasmRuntime(_TFJSChromiumRuntime):
    """WebAssembly in a page, on one thread as on most sites unless more are asked for."""

    name: ClassVar[str] = "tfjs-chromium-wasm"
    threaded: ClassVar[bool] = True
    backend: ClassVar[str] = "wasm"


class TFJSChromiumWebGLRuntime(_TFJSChromiumRuntime):
    """WebGL in a page, drawn by the processor, so that it needs no GPU."""

    name: ClassVar[str] = "tfjs-chromium-webgl"
    backend: ClassVar[str] = "webgl"
    flags: ClassVar[tuple[str, ...]] = SOFTWARE_GL


def _shared() -> bytes:
    return files("automl.verify.tfjs_node").joinpath("predicting.mjs").read_bytes()


def _runtime(backend: str) -> dict[str, Path | bytes]:
    """Returns the files of TF.js that a page of one backend loads."""
    packages = ensure() / "node_modules" / "@tensorflow"
    found: dict[str, Path | bytes] = {}
    for name in (*_PACKAGES, f"backend-{backend}"):
        file = packages / f"tfjs-{name}" / "dist" / f"tf-{name}.es2017.min.js"
        found[f"runtime/tf-{name}.min.js"] = file
    if backend == "wasm":
        for binary in sorted((packages / "tfjs-backend-wasm" / "dist").glob("*.wasm")):
            found[f"runtime/{binary.name}"] = binary
    return found
