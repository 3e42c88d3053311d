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
#: manifest would grow by more than is saved.
MIN_HALF_ELEMENTS = 32
MIN_AFFINE_ELEMENTS = 64
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


def pack_weights(graph: Graph, stored: str = "float32", shard_bytes: int = SHARD_BYTES) -> Weights:
    """Packs the constants of a graph in its own order, little-endian.

    Args:
        graph: The final graph.
        stored: Type of the stored float weights: ``"float32"``, ``"float16"``, or
            ``"uint16"`` and ``"uint8"`` between a tensor's extremes. TF.js widens them
            when it loads the model.
        shard_bytes: Largest size of a file.
    """
    entries: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for node in graph.nodes.values():
        if node.value is not None:
            entry, data = _entry(node.name, node.value, stored)
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


def _entry(name: str, value: np.ndarray, stored: str) -> tuple[dict[str, Any], bytes]:
    entry: dict[str, Any] = {
        "name": name,
        "shape": list(value.shape),
        "dtype": TYPES[value.dtype.kind],
    }
    if stored.startswith("uint") and _is_kernel(value):
        entry["quantization"], steps = _affine(value, stored)
        return entry, steps.astype(steps.dtype.newbyteorder("<")).tobytes()
    if stored == "float16" and _fits_half(value):
        entry["quantization"] = {"dtype": "float16"}
        return entry, value.astype("<f2").tobytes()
    return entry, value.astype(value.dtype.newbyteorder("<")).tobytes()


def _fits_half(value: np.ndarray) -> bool:
    if value.dtype.kind != "f" or value.size < MIN_HALF_ELEMENTS:
        return False
    return bool((np.abs(value) <= HALF_MAX).all())


def _is_kernel(value: np.ndarray) -> bool:
    """Tells what is worth fewer bits: biases and norms are few, and errors in them spread."""
    if value.dtype.kind != "f" or value.ndim < 2 or value.size < MIN_AFFINE_ELEMENTS:
        return False
    return bool(np.isfinite(value).all() and value.max() > value.min())


def _affine(value: np.ndarray, stored: str) -> tuple[dict[str, Any], np.ndarray]:
    """Returns steps between a tensor's extremes, and what TF.js needs to expand them.

    Zero is a step of its own, so that pruned weights stay zero (Jacob et al., 2018,
    https://arxiv.org/abs/1712.05877).
    """
    low, high = min(0.0, float(value.min())), max(0.0, float(value.max()))
    most = int(np.iinfo(stored).max)
    scale = (high - low) / most
    zero = round(-low / scale)
    steps = np.clip(np.round(value / scale) + zero, 0, most).astype(stored)
    record = {"dtype": stored, "scale": scale, "min": -zero * scale, "original_dtype": "float32"}
    return record, steps
