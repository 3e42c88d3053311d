"""The other side of `FreshProcessRuntime`: reads a request, runs a file, writes what came."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Examples of one call where a file takes any number.
BATCH = 64


class Loaded:
    """A file that was loaded.

    Args:
        call: Runs one batch, raw examples to outputs, count first.
        dtype: Type of the examples that it takes.
        batch: Examples of one call; 0 for any number.
        profile: Returns name, kind and milliseconds of each operator; None where
            nothing tells.
    """

    def __init__(
        self,
        call: Callable[[np.ndarray], np.ndarray],
        dtype: str,
        batch: int = 0,
        profile: Callable[[np.ndarray], list[tuple[str, str, float]]] | None = None,
    ) -> None:
        self.call, self.dtype, self.batch, self.profile = call, dtype, batch, profile

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Returns the outputs of all examples, float32, count first."""
        import numpy as np

        size = self.batch or BATCH
        parts = []
        for start in range(0, len(x), size):
            part = np.asarray(x[start : start + size], self.dtype)
            count = len(part)
            if self.batch and count < size:
                part = np.concatenate(
                    [part, np.zeros_like(part, shape=(size - count, *part.shape[1:]))]
                )
            parts.append(np.asarray(self.call(part), np.float32)[:count])
        return np.concatenate(parts)

    def smallest(self, x: np.ndarray) -> np.ndarray:
        """Returns as few examples as the file takes."""
        import numpy as np

        return np.repeat(np.asarray(x[:1], self.dtype), self.batch or 1, axis=0)


def limit_threads(request: dict[str, Any]) -> None:
    """Gives TensorFlow as many threads as a request asks for; before it computes anything."""
    threads = request.get("threads", 0)
    if threads:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)


def main(load: Callable[[Path, dict[str, Any]], Loaded], runtime: str) -> None:
    """Serves the request that the command line names.

    Args:
        load: Loads a file as the request says.
        runtime: Module that is imported first: what it takes is not the file's.
    """
    try:
        importlib.import_module(runtime)
        _serve(load, json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    except Exception as error:
        line = " ".join(str(error).split()) or "no reason given"
        print(f"Error: {type(error).__name__}: {line[:300]}", file=sys.stderr)
        sys.exit(1)


def _serve(load: Callable[[Path, dict[str, Any]], Loaded], request: dict[str, Any]) -> None:
    import time

    import numpy as np

    from automl.measure.latency import time_calls
    from automl.measure.memory import forget_peak, memory_now, peak_memory

    folder = Path(request["folder"])
    x = np.load(folder / "input.npy", mmap_mode="r", allow_pickle=False)
    forget_peak()
    before, began = memory_now(), time.perf_counter()
    loaded = load(Path(request["path"]), request)
    ready = time.perf_counter()
    np.save(folder / "output.npy", loaded.outputs(x))
    part = loaded.smallest(x)
    median, p95 = time_calls(lambda: loaded.call(part))
    count = loaded.batch or 1
    record: dict[str, Any] = {
        "median": median / count,
        "p95": p95 / count,
        "load": 1e3 * (ready - began),
        "memory": max(0, peak_memory() - before),
    }
    if request.get("profile") and loaded.profile is not None:
        record["operators"] = loaded.profile(part)
    (folder / "result.json").write_text(json.dumps(record), encoding="utf-8")
