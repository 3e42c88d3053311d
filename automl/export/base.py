"""The role of an exporter: one Keras model and one recipe in, one file set out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.compression.recipe import Recipe

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
