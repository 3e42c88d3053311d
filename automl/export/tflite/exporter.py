"""The exporter of TFLite files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.compression.recipe import Recipe
from automl.errors import ConversionError
from automl.export.base import Exporter
from automl.export.facts import FileFacts
from automl.export.refusing import refuse_recipe, without_pack
from automl.export.structure import io_names, unique
from automl.export.tflite.converting import convert
from automl.export.tflite.explaining import explained
from automl.export.tflite.finishing import finish
from automl.export.tflite.freezing import freeze
from automl.export.tflite.reading import read_facts

if TYPE_CHECKING:
    import keras
    import numpy as np


class TFLiteExporter(Exporter):
    """Writes one ``model.tflite`` of builtin operators with a named signature.

    Its input has the type of the model's own (float32; int32 for tokens), its
    output is float32, unless the recipe asks for int8. `settings` say the batch, and
    what the metadata tell.
    """

    name: ClassVar[str] = "tflite"
    types: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {
            *((weights, "float32") for weights in ("float32", "float16", "int8", "int4")),
            *(("int8", activations) for activations in ("int8", "int16")),
        }
    )

    @classmethod
    def facts(cls, path: Path) -> FileFacts | None:
        """Returns inputs, outputs and operators; None for a file that is no ``.tflite``."""
        return read_facts(path.read_bytes()) if path.suffix == ".tflite" else None

    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Converts the model and writes the file."""
        path = folder / "model.tflite"
        path.write_bytes(self.content(model, recipe, calibration))
        return path

    def content(self, model: keras.Model, recipe: Recipe, calibration: np.ndarray) -> bytes:
        """Returns the bytes of the file.

        Raises:
            ConversionError: If TFLite cannot hold the model or the recipe, or not so.
        """
        self._check(recipe)
        inputs, outputs = io_names(model)
        # An output that is an input, or has its name, is told apart.
        names = unique([*inputs, *outputs])
        frozen = freeze(model, self.settings.batch)
        try:
            # Packed once, with all that it says of itself.
            content = convert(frozen, without_pack(recipe), calibration, self.settings.flex)
        except ConversionError as error:
            raise explained(error, model, frozen) from error
        about = self.settings.about if recipe.keeps_metadata else None
        return finish(content, names[: len(inputs)], names[len(inputs) :], about, recipe.packs)

    def _check(self, recipe: Recipe) -> None:
        """Refuses settings that a recipe does not go with."""
        refuse_recipe(self, recipe)
        settings = self.settings
        if recipe.calibration_samples and (settings.batch != 1 or settings.flex):
            raise ConversionError(
                "A batch other than 1, and TensorFlow's own operators, go with recipes whose"
                f" activations are float32. Received: {recipe.name},"
                f" batch {settings.batch or 'any'}{', flex' if settings.flex else ''}."
                " Choose another recipe, e.g. dynamic_int8."
            )
