"""TF.js in Node.js: the same code that runs in a browser, on its cpu and wasm backends.

The npm packages are fetched once per user, by the committed lockfile; see `install`.
"""

from __future__ import annotations

from automl.verify.tfjs_node.install import ensure
from automl.verify.tfjs_node.runtime import TFJSCPURuntime, TFJSWasmRuntime

__all__ = ["TFJSCPURuntime", "TFJSWasmRuntime", "ensure"]
