"""The LiteRT interpreter, which runs TFLite files on phones and here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.data.storage import chunks
from automl.errors import VerificationError
from automl.measure.latency import time_calls
from automl.measure.ram import arena_bytes
from automl.verify.base import Runtime, RuntimeResult, Timing

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples


class LiteRTRuntime(Runtime):
    """Runs a ``.tflite`` file on one CPU thread."""

    name: ClassVar[str] = "litert"
    formats: ClassVar[tuple[str, ...]] = ("tflite",)
    in_process: ClassVar[bool] = True
    threaded: ClassVar[bool] = True

    def missing(self) -> str | None:
        """Returns why LiteRT cannot be used, or None."""
        try:
            import ai_edge_litert.interpreter  # noqa: F401
        except ImportError as error:
            return f"ai-edge-litert cannot be imported ({error}); pip install ai-edge-litert"
        return None

    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs the file on every input, as many at a time as the file takes."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise VerificationError(f"LiteRT cannot read the file: {error}") from error
        return run_tflite(content, inputs)

    def ram(self, path: Path) -> int | None:
        """Returns the bytes of the interpreter's arena at its fullest, without delegates."""
        try:
            return arena_bytes(path)
        except (RuntimeError, ValueError):
            return None  # What is wrong with the file is said when it is run.

    def time(
        self, path: Path, example: np.ndarray, threads: int = 1, *, profile: bool = False
    ) -> Timing:
        """Measures what one example costs; each operator as a file of its own."""
        from automl.verify.fresh.litert_file import LiteRTProcess

        return LiteRTProcess().time(path, example, threads, profile=profile)


def run_tflite(content: bytes, inputs: Examples, threads: int = 1) -> RuntimeResult:
    """Runs the content of a ``.tflite`` file of one input and one output.

    Integers at the ends of a file are made of, and made to, the numbers they
    stand for. Latency is that of one call divided by the examples of a call.

    Args:
        content: The file's bytes.
        inputs: Raw examples, examples x shape; fed as the type the file asks for.
        threads: Number of threads.

    Raises:
        VerificationError: If the interpreter refuses the file or the inputs.
    """
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_content=content, num_threads=threads)
        interpreter.allocate_tensors()
        source = interpreter.get_input_details()[0]
        sink = interpreter.get_output_details()[0]
        batch = int(source["shape"][0]) if len(source["shape"]) == len(inputs.shape) else 1
        outputs = []
        for chunk in chunks(inputs):
            for start in range(0, len(chunk), batch):
                examples = as_fed(chunk[start : start + batch], source)
                count = len(examples)
                if count < batch:
                    examples = np.concatenate([examples, examples[:1].repeat(batch - count, 0)])
                interpreter.set_tensor(source["index"], examples)
                interpreter.invoke()
                outputs.append(as_meant(interpreter.get_tensor(sink["index"]), sink)[:count])
        median, p95 = time_calls(interpreter.invoke)
    except (RuntimeError, ValueError) as error:
        line = str(error).strip().partition("\n")[0]
        raise VerificationError(f"LiteRT cannot run the file: {line}") from error
    return RuntimeResult(np.concatenate(outputs).astype(np.float32), median / batch, p95 / batch)


def as_fed(values: np.ndarray, details: dict[str, Any]) -> np.ndarray:
    """Returns raw numbers as an input takes them: as integers, if it is quantized.

    Args:
        values: Numbers of any type.
        details: What the interpreter says of the input.
    """
    import numpy as np

    dtype = np.dtype(details["dtype"])
    scale, zero_point = details["quantization"]
    if dtype.kind in "iu" and scale:
        limits = np.iinfo(dtype)
        steps = np.round(values.astype(np.float64) / scale) + zero_point
        whole: np.ndarray = np.clip(steps, limits.min, limits.max).astype(dtype)
        return whole
    fed: np.ndarray = values.astype(dtype, copy=False)
    return fed


def as_meant(values: np.ndarray, details: dict[str, Any]) -> np.ndarray:
    """Returns what an output's numbers stand for.

    Args:
        values: What the interpreter gave.
        details: What it says of the output.
    """
    import numpy as np

    scale, zero_point = details["quantization"]
    if values.dtype.kind in "iu" and scale:
        meant: np.ndarray = (values.astype(np.float32) - zero_point) * np.float32(scale)
        return meant
    return values
