"""Any registered runtime in a process of its own, which native code may take down."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

from automl.data.base import Examples
from automl.registry import RUNTIMES
from automl.verify.base import Runtime, RuntimeResult
from automl.verify.fresh.process import FreshProcessRuntime


class _Isolated(FreshProcessRuntime):
    """Runs a file in another runtime, in a process."""

    name: ClassVar[str] = "isolated"
    formats: ClassVar[tuple[str, ...]] = ()
    module: ClassVar[str] = "automl.verify.fresh.registered"
    needs: ClassVar[str] = "numpy"
    remedy: ClassVar[str] = ""

    def __init__(self, runtime: str) -> None:
        super().__init__()
        self._runtime = runtime
        self.name = RUNTIMES.get(runtime).name  # type: ignore[misc]

    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs the file on every input."""
        record, outputs = self.call(path, inputs, {"runtime": self._runtime})
        return RuntimeResult(outputs, record["median"], record["p95"])


def isolated(name: str) -> Runtime:
    """Returns a registered runtime that cannot take this process along."""
    runtime: Runtime = RUNTIMES.get(name)()
    return _Isolated(name) if runtime.in_process else runtime


def main() -> None:
    """Serves the request that the command line names."""
    import numpy as np

    from automl.errors import AutomlError

    request: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(request["folder"])
    x = np.load(folder / "input.npy", mmap_mode="r", allow_pickle=False)
    try:
        result = RUNTIMES.get(request["runtime"])().run(Path(request["path"]), x)
    except AutomlError as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(1)
    np.save(folder / "output.npy", result.outputs)
    record = {"median": result.latency_ms, "p95": result.latency_p95_ms}
    (folder / "result.json").write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main()
