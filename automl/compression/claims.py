"""What steps say of a model, read back from the file that it became."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.compression.steps.base import Claim

if TYPE_CHECKING:
    import numpy as np

#: How far a share may be below the one claimed: files are compared in whole weights.
_SLACK = 1e-6


def check(claims: Sequence[Claim], path: Path) -> list[dict[str, Any]]:
    """Returns each claim's record with what was ``found`` in a file, and whether it ``holds``.

    A kernel is known by its number of elements: the converter renames and turns it.
    Of several of one size, the strictest claim is held against the constant that
    comes nearest to it, and so on: if any order lets all hold, this one does.

    Args:
        claims: What the steps say.
        path: A ``.tflite`` file; in others nothing is found.
    """
    constants = constants_of(path.read_bytes()) if path.suffix == ".tflite" else []
    alike: dict[tuple[str, int], list[Claim]] = {}
    for claim in claims:
        alike.setdefault((claim.kind, math.prod(claim.shape)), []).append(claim)
    found: dict[int, float] = {}
    for (kind, size), group in alike.items():
        fitting = [_measured(kind, each) for each in constants if each.size == size]
        strictest = sorted(group, key=lambda claim: _strictness(kind, claim.value))
        nearest = sorted(fitting, key=lambda value: _strictness(kind, value))
        # What is missing at the end is found nowhere.
        found |= {id(claim): value for claim, value in zip(strictest, nearest, strict=False)}
    return [
        asdict(claim)
        | {"found": found.get(id(claim)), "holds": _holds(claim, found.get(id(claim)))}
        for claim in claims
    ]


def broken(records: Sequence[dict[str, Any]]) -> str:
    """Returns in words which claims of `check` do not hold; ``""`` if all do."""
    lines = [
        f"{each['layer']}: {_WORDS[each['kind']].format(each['value'])}, but the file has"
        f" {'no such kernel' if each['found'] is None else format(each['found'], '.4g')}"
        for each in records
        if not each["holds"]
    ]
    return "; ".join(lines)


_WORDS = {
    "sparsity": "zeros {:.4g}",
    "two_four": "groups of four with two zeros {:.4g}",
    "clusters": "at most {:.0f} values in a channel",
}


def constants_of(content: bytes) -> list[np.ndarray]:
    """Returns a file's constants of two axes or more, as they are stored, output channels first.

    Integers are counted from the one that stands for zero.
    """
    import numpy as np
    from ai_edge_litert import schema_py_generated as schema

    types = {0: np.float32, 1: np.float16, 9: np.int8}
    model = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
    found: dict[int, np.ndarray] = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            data = model.buffers[tensor.buffer].data
            if data is None or tensor.type not in types or len(tensor.shape) < 2:
                continue
            values = np.frombuffer(data.tobytes(), types[tensor.type]).reshape(tensor.shape)
            values = values - _zero_point(tensor)
            # Depthwise kernels alone have their channels last.
            turned = np.moveaxis(values, -1, 0) if values.shape[0] == 1 else values
            found.setdefault(tensor.buffer, turned)
    return list(found.values())


def _zero_point(tensor: Any) -> Any:
    """Returns the integer that stands for zero: of looked-up tables, any."""
    import numpy as np

    found = None if tensor.quantization is None else tensor.quantization.zeroPoint
    return np.int16(0 if found is None or len(found) != 1 else found[0])


def _measured(kind: str, values: np.ndarray) -> float:
    import numpy as np

    if kind == "sparsity":
        return float(np.mean(values == 0))
    # Recurrent kernels and tables may be stored either way round.
    ways = [values, values.T] if values.ndim == 2 else [values]
    if kind == "two_four":
        return max(map(_two_four, ways))
    return float(min(max(len(np.unique(row)) for row in way) for way in ways))


def _two_four(values: np.ndarray) -> float:
    import numpy as np

    rows = values.reshape(len(values), -1)
    whole = rows[:, : rows.shape[1] // 4 * 4].reshape(-1, 4)
    return float(np.mean((whole == 0).sum(1) >= 2)) if len(whole) else 0.0


def _strictness(kind: str, value: float) -> float:
    """Returns what orders values from the hardest to reach to the easiest."""
    return value if kind == "clusters" else -value


def _holds(claim: Claim, found: float | None) -> bool:
    if found is None:
        return False
    if claim.kind == "clusters":
        return found <= claim.value
    return found >= claim.value - _SLACK
