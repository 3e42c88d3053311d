"""Runs one file in TensorFlow Lite Micro's interpreter: a program of its own process.

It may not import the package: the interpreter ends its process where it finds a fault.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

#: Bytes of the arena beside ten times the file, which small files with wide layers need.
ARENA = 4_000_000
WARM_UP, CALLS, SECONDS = 3, 50, 0.25


def main(folder: Path) -> None:
    """Reads ``model.tflite`` and ``inputs.npy``, writes ``outputs.npy`` and ``result.json``."""
    from tflite_micro.python.tflite_micro import runtime

    file = folder / "model.tflite"
    interpreter = runtime.Interpreter.from_file(
        str(file), arena_size=10 * file.stat().st_size + ARENA
    )
    source, sink = interpreter.get_input_details(0), interpreter.get_output_details(0)
    inputs = np.load(folder / "inputs.npy")
    outputs = []
    for example in inputs:
        interpreter.set_input(stored(example, source)[None], 0)
        interpreter.invoke()
        outputs.append(told(interpreter.get_output(0)[0], sink))
    np.save(folder / "outputs.npy", np.asarray(outputs, np.float32))
    times = sorted(timed(interpreter))
    record = {
        "median": times[len(times) // 2],
        "p95": times[min(len(times) - 1, round(0.95 * len(times)))],
    }
    (folder / "result.json").write_text(json.dumps(record), encoding="utf-8")


def stored(values: np.ndarray, tensor: dict[str, Any]) -> np.ndarray:
    """Returns numbers as the file stores them."""
    scales = tensor["quantization_parameters"]["scales"]
    if not len(scales) or np.dtype(tensor["dtype"]).kind == "f":
        whole: np.ndarray = values.astype(tensor["dtype"])
        return whole
    zero = tensor["quantization_parameters"]["zero_points"][0]
    limits = np.iinfo(tensor["dtype"])
    rounded = np.round(values / scales[0]) + zero
    clipped: np.ndarray = np.clip(rounded, limits.min, limits.max).astype(tensor["dtype"])
    return clipped


def told(values: np.ndarray, tensor: dict[str, Any]) -> np.ndarray:
    """Returns stored numbers as what they stand for."""
    scales = tensor["quantization_parameters"]["scales"]
    if not len(scales) or np.dtype(tensor["dtype"]).kind == "f":
        return values.astype(np.float32)
    zero = tensor["quantization_parameters"]["zero_points"][0]
    expanded: np.ndarray = (values.astype(np.float32) - zero) * scales[0]
    return expanded


def timed(interpreter: Any) -> list[float]:
    """Returns milliseconds of single calls, warm."""
    for _ in range(WARM_UP):
        interpreter.invoke()
    taken: list[float] = []
    end = time.perf_counter() + SECONDS
    while len(taken) < 3 or (len(taken) < CALLS and time.perf_counter() < end):
        begun = time.perf_counter()
        interpreter.invoke()
        taken.append((time.perf_counter() - begun) * 1e3)
    return taken


if __name__ == "__main__":
    main(Path(sys.argv[1]))
