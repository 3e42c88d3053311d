"""How much memory a TFLite interpreter needs beside the file itself."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

#: Tensors of an arena begin on such boundaries: a wider gap parts two blocks.
ALIGNMENT = 64


def arena_bytes(path: Path) -> int:
    """Returns the bytes that an interpreter holds for tensors, at its fullest.

    They are read off the addresses that LiteRT gave its tensors after one call: the
    arena that activations share, in which one takes the place of another that is not
    needed any more, scratch space of operators, and weights that are unpacked to be
    used (float16). Delegates are left out, as their workspace is not told, and on a
    small device there is none. The weights in the file, which can stay where they
    are, do not count, nor does the code of the runtime.

    Args:
        path: A ``.tflite`` file.
    """
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    content = path.read_bytes()
    interpreter = Interpreter(
        model_content=content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    for each in interpreter.get_input_details():
        interpreter.set_tensor(each["index"], np.zeros(each["shape"], each["dtype"]))
    # What is allocated while it runs is seen afterwards; zeros may be no legal input.
    with suppress(RuntimeError):
        interpreter.invoke()
    start = np.frombuffer(content, np.uint8).__array_interface__["data"][0]
    stored = range(start, start + len(content))
    return _covered(
        [(low, high) for low, high in _places(interpreter) if low and low not in stored]
    )


def _places(interpreter: Any) -> list[tuple[int, int]]:
    """Returns first and last address of every tensor that has a place."""
    found = []
    for graph in range(interpreter.num_subgraphs()):
        for each in interpreter.get_tensor_details(graph):
            with suppress(ValueError):  # Of a branch that was not taken.
                # The public method reads the first graph only; loops have their own.
                values = interpreter._interpreter.tensor(interpreter, each["index"], graph)
                start = values.__array_interface__["data"][0]
                if values.nbytes:
                    found.append((start, start + values.nbytes))
    return found


def _covered(places: list[tuple[int, int]]) -> int:
    """Returns the bytes of the blocks of memory that tensors lie in."""
    total = end = 0
    for low, high in sorted(places):
        if low - end >= ALIGNMENT:
            end = low
        total += max(0, high - end)
        end = max(end, high)
    return total
