"""The exporter of ONNX files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.compression.recipe import Recipe
from automl.errors import AutomlError, ConversionError
from automl.export.base import Exporter
from automl.export.refusing import refuse_recipe

if TYPE_CHECKING:
    import keras
    import numpy as np


class OnnxExporter(Exporter):
    """Writes one ``model.onnx`` for any batch size; needs the extra ``onnx``."""

    name: ClassVar[str] = "onnx"
    types: ClassVar[frozenset[tuple[str, str]]] = frozenset({("float32", "float32")})

    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Converts the model and writes the file.

        Raises:
            ConversionError: If ONNX cannot hold the model.
            MissingPartError: If the extra is not installed.
        """
        from automl.export.onnx.converting import to_onnx

        refuse_recipe(self, recipe)
        try:
            content = to_onnx(model)
        except AutomlError:
            raise
        except Exception as error:  # tf2onnx raises types of its own and plain ones.
            line = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise ConversionError(f"tf2onnx refuses the model: {line[:200]}") from error
        path = folder / "model.onnx"
        path.write_bytes(content)
        return path
