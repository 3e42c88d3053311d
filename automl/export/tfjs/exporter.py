"""Keras model in, TF.js graph model out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.recipe import Recipe
from automl.export.base import Exporter
from automl.export.facts import FileFacts
from automl.export.refusing import refuse_recipe
from automl.export.tfjs.reading import read_facts

if TYPE_CHECKING:
    import keras
    import numpy as np

MODEL_FILE = "model.json"


class TFJSExporter(Exporter):
    """Writes a ``model.json`` and its shards for ``tf.loadGraphModel``.

    The format is the graph model of TensorFlow.js 4
    (https://www.tensorflow.org/js/guide/conversion): a GraphDef as JSON, with
    the constants apart.
    """

    name: ClassVar[str] = "tfjs"
    types: ClassVar[frozenset[tuple[str, str]]] = frozenset(
        {(weights, "float32") for weights in ("float32", "float16", "uint16", "uint8")}
    )

    @classmethod
    def facts(cls, path: Path) -> FileFacts | None:
        """Returns a model.json's inputs, outputs and operators."""
        return read_facts(path)

    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Writes the model's files into `folder`.

        Args:
            model: A built Keras model. Its batch size stays open.
            recipe: How the weights are stored; activations are float32.
            folder: Where to write; it exists and is empty.
            calibration: Not used.

        Returns:
            The model.json.

        Raises:
            ConversionError: If TF.js cannot run the model, before any file is
                written.
        """
        refuse_recipe(self, recipe)
        files = write_graph_model(model, recipe.weights)
        # The model.json comes last: a folder that has one is complete.
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return folder / MODEL_FILE


def write_graph_model(model: keras.Model, stored: str = "float32") -> dict[str, bytes]:
    """Returns the files of a TF.js graph model, by name, the model.json last.

    Args:
        model: A built Keras model.
        stored: Type of the stored weights, as `pack_weights` takes it.

    Raises:
        ConversionError: If TF.js cannot run the model.
    """
    from automl.export.structure import io_names
    from automl.export.tfjs.freeze import freeze
    from automl.export.tfjs.operators import check_operators
    from automl.export.tfjs.passes import run_passes
    from automl.export.tfjs.rename import rename
    from automl.export.tfjs.signature import signature
    from automl.export.tfjs.topology import topology
    from automl.export.tfjs.weights import pack_weights

    graph = freeze(model)
    run_passes(graph)
    check_operators(graph, [layer.name for layer in model._flatten_layers(include_self=False)])
    rename(graph, *io_names(model))
    weights = pack_weights(graph, stored)
    document = {
        "format": "graph-model",
        "generatedBy": _generated_by(),
        "convertedBy": "automl",
        "signature": signature(graph, model),
        "modelTopology": topology(graph),
        "weightsManifest": weights.manifest,
        "userDefinedMetadata": {"sha256": weights.digest},
    }
    return {**weights.shards, MODEL_FILE: _encode(document)}


def _encode(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _generated_by() -> str:
    import tensorflow as tf

    return str(tf.__version__)
