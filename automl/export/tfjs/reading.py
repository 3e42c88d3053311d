"""What a model.json holds, read without running it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from automl.export.facts import FileFacts, TensorFacts

#: Types of a signature -> names as NumPy and TF.js have them.
_TYPES = {"DT_FLOAT": "float32", "DT_INT32": "int32", "DT_BOOL": "bool"}
#: Nodes that compute nothing.
_NO_WORK = ("Const", "Placeholder")


def read_facts(path: Path) -> FileFacts:
    """Returns inputs, outputs, operators and how weights are stored.

    Args:
        path: A model.json of a graph model with a signature.
    """
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    nodes = document["modelTopology"]["node"]
    signature = document["signature"]
    weights = [entry for group in document["weightsManifest"] for entry in group["weights"]]
    stored = Counter(entry.get("quantization", entry)["dtype"] for entry in weights)
    return FileFacts(
        inputs=_tensors(signature["inputs"]),
        outputs=_tensors(signature["outputs"]),
        operators=dict(Counter(node["op"] for node in nodes if node["op"] not in _NO_WORK)),
        more={"weights": dict(sorted(stored.items())), "nodes": len(nodes)},
    )


def _tensors(signature: dict[str, Any]) -> tuple[TensorFacts, ...]:
    return tuple(
        TensorFacts(
            name=name,
            shape=tuple(int(dim["size"]) for dim in info["tensorShape"]["dim"]),
            dtype=_TYPES.get(info["dtype"], info["dtype"]),
        )
        for name, info in signature.items()
    )
