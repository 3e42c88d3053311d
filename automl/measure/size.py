"""Bytes of files, raw and gzipped, and the least a model can take."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from automl.compression.recipe import Recipe

if TYPE_CHECKING:
    import keras

_BYTES = {"float32": 4.0, "float16": 2.0, "int8": 1.0, "int4": 0.5, "uint16": 2.0, "uint8": 1.0}


def gzip_size(content: bytes) -> int:
    """Returns the bytes of `content` gzipped at level 9, as a web server would send it."""
    return len(gzip.compress(content, 9, mtime=0))


def folder_size(folder: Path) -> tuple[int, int]:
    """Returns bytes of all files below `folder`: raw, and each gzipped."""
    contents = [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]
    return sum(map(len, contents)), sum(map(gzip_size, contents))


def hashes(folder: Path) -> dict[str, str]:
    """Returns file name -> sha256 for all files below `folder`."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def least_size(model: keras.Model, recipe: Recipe) -> int:
    """Returns bytes that an artifact of `model` cannot go below.

    Only kernels count (weights of two and more axes): biases and normalization
    are folded into their neighbours. A candidate over the bound by this alone
    needs no conversion.
    """
    kernels = sum(_elements(weight) for weight in model.weights if len(weight.shape) >= 2)
    return int(kernels * _BYTES[recipe.weights])


def _elements(weight: keras.Variable) -> int:
    count = 1
    for size in weight.shape:
        count *= size
    return count
