"""The exporter of C arrays for microcontrollers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.compression.recipe import Recipe
from automl.errors import ConversionError, VerificationError
from automl.export.base import Exporter
from automl.export.facts import FileFacts
from automl.export.micro.arena import arena
from automl.export.micro.operators import unknown
from automl.export.micro.source import content_of, header, source
from automl.export.refusing import layer_names, layer_of, refuse_recipe, without_pack
from automl.export.tflite.converting import convert
from automl.export.tflite.exporter import TFLiteExporter
from automl.export.tflite.freezing import freeze
from automl.export.tflite.reading import named_operators, read_facts

if TYPE_CHECKING:
    import keras
    import numpy as np

_ARENA = re.compile(r"kModelArenaBytes = (\d+)")


class MicroExporter(Exporter):
    """Writes ``model.cc`` and ``model.h``: a ``.tflite`` file, its operators and its arena."""

    name: ClassVar[str] = "micro"
    types: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {("float32", "float32"), ("int8", "int8")}
    )

    @classmethod
    def facts(cls, path: Path) -> FileFacts | None:
        """Returns inputs, outputs, operators, and the bytes of flash and of the arena."""
        content = content_of(path.read_text(encoding="utf-8"))
        found = _ARENA.search(path.with_name("model.h").read_text(encoding="utf-8"))
        arena_bytes = {"arena_bytes": int(found[1])} if found else {}
        return replace(read_facts(content), more={"flash_bytes": len(content)} | arena_bytes)

    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Converts the model and writes the files.

        Raises:
            ConversionError: If TensorFlow Lite Micro lacks an operator.
        """
        refuse_recipe(self, recipe)
        exporter = TFLiteExporter()
        # On a microcontroller nothing reads metadata.
        exporter.settings = replace(self.settings, about=None, batch=max(1, self.settings.batch))
        content = exporter.content(model, recipe, calibration)
        operators = read_facts(content).operators
        if lacking := unknown(operators):
            place = _layer_with(lacking[0], model, recipe, calibration)
            raise ConversionError(
                f"TensorFlow Lite Micro has no operator {' or '.join(lacking)}, which {place}"
                " needs: use another layer in its place, or search the space 'micro', which has"
                " none such."
            )
        try:
            size, how = arena(content)
        except VerificationError as error:
            raise ConversionError(str(error)) from error
        (folder / "model.h").write_text(
            header(len(content), operators, size, how), encoding="utf-8"
        )
        path = folder / "model.cc"
        path.write_text(source(content), encoding="utf-8")
        return path


def _layer_with(operator: str, model: keras.Model, recipe: Recipe, calibration: np.ndarray) -> str:
    """Returns the layer that an operator comes from, for a message."""
    content = convert(freeze(model), without_pack(recipe), calibration)
    for name, code in named_operators(content):
        if code == operator and (layer := layer_of(name, layer_names(model))):
            return f"the layer {layer!r}"
    return f"the model {model.name!r}"
