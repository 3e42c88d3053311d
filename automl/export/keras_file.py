"""The exporter of ``.keras`` files: to go on with a model in Keras, on any backend."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.compression.recipe import Recipe
from automl.export.base import Exporter
from automl.export.facts import FileFacts, TensorFacts
from automl.export.refusing import refuse_recipe

if TYPE_CHECKING:
    import keras
    import numpy as np

#: Every entry of a zip needs a date; this one is the same in every export.
_DATE = (1980, 1, 1, 0, 0, 0)
_METADATA = "metadata.json"


class KerasExporter(Exporter):
    """Writes one ``model.keras``, without optimizer and training settings."""

    name: ClassVar[str] = "keras"
    types: ClassVar[frozenset[tuple[str, str]]] = frozenset({("float32", "float32")})
    holds_every_operator: ClassVar[bool] = True

    @classmethod
    def facts(cls, path: Path) -> FileFacts | None:
        """Returns the inputs, and how often each kind of layer occurs."""
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))["config"]
        layers = config.get("layers", [])
        inputs = tuple(
            TensorFacts(
                layer["config"]["name"],
                tuple(-1 if size is None else size for size in layer["config"]["batch_shape"]),
                str(layer["config"]["dtype"]),
            )
            for layer in layers
            if layer["class_name"] == "InputLayer"
        )
        return FileFacts(inputs, operators=dict(Counter(each["class_name"] for each in layers)))

    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Writes the file; the same model gives the same bytes."""
        refuse_recipe(self, recipe)
        path = folder / "model.keras"
        model.save(path)
        _without_date(path)
        return path


def _without_date(path: Path) -> None:
    """Writes a ``.keras`` file anew without the time it was saved at."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(entries[_METADATA])
    metadata.pop("date_saved", None)
    entries[_METADATA] = json.dumps(metadata).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content)
