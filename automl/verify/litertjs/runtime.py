"""LiteRT.js in headless Chromium."""

from __future__ import annotations

import json
import logging
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from automl.data.base import Examples
from automl.errors import VerificationError
from automl.verify.base import Runtime, RuntimeResult
from automl.verify.browser.asking import ask_page
from automl.verify.browser.finding import problem
from automl.verify.browser.page import LATENCY, packed, result_of
from automl.verify.npm import NpmPackages

PACKAGES = NpmPackages("automl.verify.litertjs", "LiteRT.js", "litertjs-2.5.3", megabytes=12)
TIMEOUT_S = 300.0
_MAGIC = b"TFL3"
_PAGE = b"""<!doctype html><meta charset="utf-8"><title>LiteRT.js</title>
<script type="importmap">{"imports": {"@litertjs/core": "./packages/core/dist/index.js",
"@litertjs/wasm-utils": "./packages/wasm-utils/dist/index.js"}}</script>
<script type="module" src="litert.mjs"></script>"""

logger = logging.getLogger(__name__)


class LiteRTJSRuntime(Runtime):
    """Runs a ``.tflite`` file on LiteRT's WebAssembly build, one thread.

    It takes float32 and int32 inputs and gives float32 outputs; it knows no
    int8 at the ends of a file.
    """

    name: ClassVar[str] = "litertjs"
    formats: ClassVar[tuple[str, ...]] = ("tflite",)
    in_process: ClassVar[bool] = False
    by_default: ClassVar[bool] = False

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        """Sets how long one run may take, in seconds."""
        self.timeout_s = timeout_s

    def missing(self) -> str | None:
        """Returns why the browser or npm is missing, or None; fetches nothing."""
        return problem() or PACKAGES.problem()

    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs the file on every input; fetches LiteRT.js the first time."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise VerificationError(f"{self.name} cannot read {path}: {error}") from error
        if content[4:8] != _MAGIC:
            raise VerificationError(f"{self.name} cannot run {path}: it is no .tflite file")
        packages = PACKAGES.ensure(logger.info) / "node_modules" / "@litertjs"
        shared = files("automl.verify.tfjs_node").joinpath("predicting.mjs")
        try:
            answer = ask_page(
                {
                    "index.html": _PAGE,
                    "litert.mjs": files("automl.verify.browser")
                    .joinpath("litert.mjs")
                    .read_bytes(),
                    "predicting.mjs": shared.read_bytes(),
                    "packages": packages,
                    "request.json": json.dumps(
                        {"shape": list(inputs.shape), "latency": LATENCY}
                    ).encode(),
                    "input.f32": packed(inputs),
                    "model": content,
                },
                timeout_s=self.timeout_s,
            )
        except VerificationError as error:
            raise VerificationError(f"{self.name} cannot run {path}: {error}") from error
        return result_of(answer, len(inputs), f"{self.name} cannot run {path}")
