"""How much memory a model needs on a microcontroller."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from automl.errors import VerificationError
from automl.programs import run_program

TIMEOUT_S = 120.0
#: Arenas are handed out in such steps.
_STEP = 16
_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")
#: Bytes of the interpreter's own records, beside the tensors, where they are not
#: measured: for each tensor, for each operator, and once.
_PER_TENSOR, _PER_OPERATOR, _ONCE = 24, 160, 1024
#: Runs a file once in the real interpreter, in a process that may end by it.
_PROGRAM = """
import sys
from tflite_micro.python.tflite_micro import runtime
interpreter = runtime.Interpreter.from_file(sys.argv[1], arena_size=int(sys.argv[2]))
interpreter.print_allocations()
"""


def is_installed() -> bool:
    """Returns whether TensorFlow Lite Micro's interpreter is there."""
    from importlib.util import find_spec

    return find_spec("tflite_micro") is not None


def arena(content: bytes) -> tuple[int, str]:
    """Returns the bytes of the arena, and in a sentence how they were found.

    Raises:
        VerificationError: If the interpreter refuses the file.
    """
    if is_installed():
        return measured(content), (
            "Measured by TensorFlow Lite Micro's own allocator on a 64-bit machine;"
            " a 32-bit one needs less."
        )
    return estimated(content), (
        "Estimated from LiteRT's plan of tensors; pip install 'automl[micro]' measures it."
    )


def measured(content: bytes) -> int:
    """Returns what TensorFlow Lite Micro's recording allocator gave out.

    Raises:
        VerificationError: If it refuses the file.
    """
    with tempfile.TemporaryDirectory(prefix="automl-micro-") as folder:
        file = Path(folder) / "model.tflite"
        file.write_bytes(content)
        size = 10 * len(content) + 4_000_000
        done = run_program([sys.executable, "-c", _PROGRAM, file, str(size)], seconds=TIMEOUT_S)
    found = _TOTAL.search(done.stdout + done.stderr)
    if done.returncode != 0 or found is None:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        told = next((line for line in lines if "Didn't find" in line or "rror" in line), "")
        raise VerificationError(
            "TensorFlow Lite Micro refuses the file:"
            f" {(told or f'it ended with code {done.returncode}')[:200]}"
        )
    return _rounded(int(found[1]))


def estimated(content: bytes) -> int:
    """Returns an estimate from the tensors' plan and the interpreter's records."""
    from ai_edge_litert import schema_py_generated as schema

    from automl.measure.ram import arena_bytes

    with tempfile.TemporaryDirectory(prefix="automl-micro-") as folder:
        file = Path(folder) / "model.tflite"
        file.write_bytes(content)
        tensors = arena_bytes(file)
    model = schema.Model.GetRootAsModel(content, 0)
    graphs = [model.Subgraphs(k) for k in range(model.SubgraphsLength())]
    records = sum(
        _PER_TENSOR * graph.TensorsLength() + _PER_OPERATOR * graph.OperatorsLength()
        for graph in graphs
    )
    return _rounded(tensors + records + _ONCE)


def _rounded(size: int) -> int:
    return -(-size // _STEP) * _STEP
