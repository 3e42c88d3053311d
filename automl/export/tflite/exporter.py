"""The exporter of TFLite files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.compression.recipe import Recipe
from automl.export.base import Exporter
from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze

if TYPE_CHECKING:
    import keras
    import numpy as np


class TFLiteExporter(Exporter):
    """Writes one ``model.tflite`` of builtin operators, batch 1.

    Its input has the type of the model's own (float32; int32 for tokens), its
    output is float32.
    """

    name: ClassVar[str] = "tflite"
    types: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {("float32", "float32"), ("float16", "float32"), ("int8", "float32"), ("int8", "int8")}
    )

    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Converts the model and writes the file."""
        path = folder / "model.tflite"
        path.write_bytes(convert(freeze(model), recipe, calibration))
        return path
