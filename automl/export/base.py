"""The role of an exporter: one Keras model and one recipe in, one file set out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.compression.recipe import Recipe
from automl.export.facts import FileFacts
from automl.export.settings import ExportSettings

if TYPE_CHECKING:
    import keras
    import numpy as np


class Exporter(ABC):
    """Writes Keras models in one format.

    Exporters run in a worker process with TensorFlow, because a converter can
    take the process down with it. They write below the folder they are given
    and nowhere else; putting the files in place, after verification, is the
    caller's business.
    """

    #: Name in the registry, on the command line and in the report.
    name: ClassVar[str]
    #: What the format can hold: pairs of weight and activation types.
    types: ClassVar[frozenset[tuple[str, str]]]
    #: Whether it holds whatever TensorFlow computes, so that no operator is refused.
    holds_every_operator: ClassVar[bool] = False
    #: How the file is to be, beside its recipe; the caller sets it before `export`.
    settings: ExportSettings = ExportSettings()

    @classmethod
    def facts(cls, path: Path) -> FileFacts | None:
        """Returns what can be read from a file that `export` wrote; None if nothing can.

        It must import nothing heavy.
        """
        return None

    @classmethod
    def holds(cls, recipe: Recipe) -> bool:
        """Returns whether the format can hold what the recipe asks for."""
        return (recipe.weights, recipe.activations) in cls.types

    @abstractmethod
    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Writes the model's files into `folder`, which exists and is empty.

        Args:
            model: A built float32 Keras model with one input.
            recipe: How the weights and activations are stored.
            folder: Where to write.
            calibration: Raw training examples, float32 or, for tokens, int32;
                examples x shape.

        Returns:
            The file a runtime is pointed at, directly inside `folder`.

        Raises:
            ConversionError: If the format cannot hold the model; the message
                names the layer or operator.
        """
