"""The LiteRT interpreter, which runs TFLite files on phones and here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.data.storage import chunks
from automl.errors import VerificationError
from automl.measure.latency import time_calls
from automl.verify.base import Runtime, RuntimeResult

if TYPE_CHECKING:
    from automl.data.base import Examples


class LiteRTRuntime(Runtime):
    """Runs a ``.tflite`` file on one CPU thread."""

    name: ClassVar[str] = "litert"
    formats: ClassVar[tuple[str, ...]] = ("tflite",)
    in_process: ClassVar[bool] = True

    def missing(self) -> str | None:
        """Returns why LiteRT cannot be used, or None."""
        try:
            import ai_edge_litert.interpreter  # noqa: F401
        except ImportError as error:
            return f"ai-edge-litert cannot be imported ({error}); pip install ai-edge-litert"
        return None

    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs the file on every input, one by one."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise VerificationError(f"LiteRT cannot read the file: {error}") from error
        return run_tflite(content, inputs)


def run_tflite(content: bytes, inputs: Examples) -> RuntimeResult:
    """Runs the content of a ``.tflite`` file of batch 1 and float32 output.

    Args:
        content: The file's bytes.
        inputs: Raw examples, examples x shape; fed as the type the file asks for.

    Raises:
        VerificationError: If the interpreter refuses the file or the inputs.
    """
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
        details = interpreter.get_input_details()[0]
        source = details["index"]
        sink = interpreter.get_output_details()[0]["index"]
        outputs = []
        for chunk in chunks(inputs):
            for example in chunk.astype(details["dtype"], copy=False):
                interpreter.set_tensor(source, example[None])
                interpreter.invoke()
                outputs.append(interpreter.get_tensor(sink)[0])
        median, p95 = time_calls(interpreter.invoke)
    except (RuntimeError, ValueError) as error:
        line = str(error).strip().partition("\n")[0]
        raise VerificationError(f"LiteRT cannot run the file: {line}") from error
    return RuntimeResult(np.asarray(outputs, np.float32), median, p95)
