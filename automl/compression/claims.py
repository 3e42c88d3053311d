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

    Args:
        claims: What the steps say.
        path: A ``.tflite`` file; in others nothing is found.
    """
    constants = constants_of(path.read_bytes()) if path.suffix == ".tflite" else []
    free = {claim.kind: list(constants) for claim in claims}
    records = []
    for claim in claims:
        fitting = [each for each in free[claim.kind] if each.size == math.prod(claim.shape)]
        found = [(_measured(claim.kind, each), number) for number, each in enumerate(fitting)]
        holding = [number for value, number in found if _holds(claim, value)]
        chosen = holding[0] if holding else (found[0][1] if found else None)
        value = None if chosen is None else found[chosen][0]
        if chosen is not None:
            free[claim.kind] = [each for each in free[claim.kind] if each is not fitting[chosen]]
        records.append(asdict(claim) | {"found": value, "holds": bool(holding)})
    return records


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
    """Returns a file's constants of two axes or more, as they are stored, output channels first."""
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
            # Depthwise kernels alone have their channels last.
            turned = np.moveaxis(values, -1, 0) if values.shape[0] == 1 else values
            found.setdefault(tensor.buffer, turned)
    return list(found.values())


def _measured(kind: str, values: np.ndarray) -> float:
    import numpy as np

    if kind == "sparsity":
        return float(np.mean(values == 0))
    if kind == "two_four":
        rows = values.reshape(len(values), -1)
        whole = rows[:, : rows.shape[1] // 4 * 4].reshape(-1, 4)
        return float(np.mean((whole == 0).sum(1) >= 2)) if len(whole) else 0.0
    # Recurrent kernels and tables may be stored either way round.
    ways = [values, values.T] if values.ndim == 2 else [values]
    return float(min(max(len(np.unique(row)) for row in way) for way in ways))


def _holds(claim: Claim, found: float) -> bool:
    if claim.kind == "clusters":
        return found <= claim.value
    return found >= claim.value - _SLACK
