"""The process in which a ``.tflite`` file is timed: its latency, memory, operators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.verify.fresh.child import Loaded, main
from automl.verify.fresh.process import FreshProcessRuntime

if TYPE_CHECKING:
    import numpy as np


class LiteRTProcess(FreshProcessRuntime):
    """Runs a ``.tflite`` file in LiteRT, in a process."""

    name: ClassVar[str] = "litert"
    formats: ClassVar[tuple[str, ...]] = ("tflite",)
    module: ClassVar[str] = "automl.verify.fresh.litert_file"
    needs: ClassVar[str] = "ai_edge_litert"
    remedy: ClassVar[str] = "pip install ai-edge-litert"


def load(path: Path, request: dict[str, Any]) -> Loaded:
    """Loads the file with as many threads as asked for."""
    from ai_edge_litert.interpreter import Interpreter

    from automl.verify.litert import as_fed

    content = path.read_bytes()
    threads = request.get("threads", 1)
    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    source, sink = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.set_tensor(source["index"], interpreter.get_tensor(source["index"]))

    def call(x: np.ndarray) -> Any:
        # Integers are made before the clock starts: `Loaded.smallest` keeps raw numbers.
        if x is not call.last:  # type: ignore[attr-defined]
            interpreter.set_tensor(source["index"], as_fed(x, source))
            call.last = x  # type: ignore[attr-defined]
        interpreter.invoke()
        return interpreter.get_tensor(sink["index"])

    call.last = None  # type: ignore[attr-defined]

    def profile(x: np.ndarray) -> list[tuple[str, str, float]]:
        from automl.verify.operators.litert import time_operators

        return time_operators(content, threads)

    return Loaded(call, "float32", int(source["shape"][0]), profile)


if __name__ == "__main__":
    main(load, "ai_edge_litert.interpreter")
