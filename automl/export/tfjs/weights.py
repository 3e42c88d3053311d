"""The weights: one run of bytes, cut into shards, and the manifest that describes it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl.export.tfjs.graph import Graph

#: Bytes of a shard: small enough for browsers to keep in their cache.
SHARD_BYTES = 4 * 1024 * 1024
TYPES = {"f": "float32", "i": "int32", "b": "bool"}
#: Constants with fewer numbers are left as they are: their entry in the
#: manifest would grow by more than half precision saves.
MIN_HALF_ELEMENTS = 32
HALF_MAX = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class Weights:
    """What is written of the constants.

    Attributes:
        manifest: ``weightsManifest`` of the model.json.
        shards: Bytes by file name.
    """

    manifest: list[dict[str, Any]]
    shards: dict[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256 of all bytes in order, in hexadecimal."""
        return hashlib.sha256(b"".join(self.shards.values())).hexdigest()


def pack_weights(graph: Graph, half: bool = False, shard_bytes: int = SHARD_BYTES) -> Weights:
    """Packs the constants of a graph in its own order, little-endian.

    Args:
        graph: The final graph.
        half: Whether to store float weights in half precision. TF.js widens
            them when it loads the model.
        shard_bytes: Largest size of a file.
    """
    entries: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for node in graph.nodes.values():
        if node.value is not None:
            entry, data = _entry(node.name, node.value, half)
            entries.append(entry)
            parts.append(data)
    data = b"".join(parts)
    if not entries:
        return Weights([], {})
    cuts = range(0, max(len(data), 1), shard_bytes)
    shards = {
        f"group1-shard{number}of{len(cuts)}.bin": data[start : start + shard_bytes]
        for number, start in enumerate(cuts, start=1)
    }
    return Weights([{"paths": list(shards), "weights": entries}], shards)


def _entry(name: str, value: np.ndarray, half: bool) -> tuple[dict[str, Any], bytes]:
    entry: dict[str, Any] = {
        "name": name,
        "shape": list(value.shape),
        "dtype": TYPES[value.dtype.kind],
    }
    if half and _fits_half(value):
        entry["quantization"] = {"dtype": "float16"}
        return entry, value.astype("<f2").tobytes()
    return entry, value.astype(value.dtype.newbyteorder("<")).tobytes()


def _fits_half(value: np.ndarray) -> bool:
    if value.dtype.kind != "f" or value.size < MIN_HALF_ELEMENTS:
        return False
    return bool((np.abs(value) <= HALF_MAX).all())
