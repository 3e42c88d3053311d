"""The exporter of SavedModels."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.recipe import Recipe
from automl.errors import ConversionError
from automl.export.base import Exporter
from automl.export.graph_defs import with_counted_names
from automl.export.refusing import refuse_recipe
from automl.export.structure import io_names, unique

if TYPE_CHECKING:
    import keras
    import numpy as np

SIGNATURE = "serving_default"


class SavedModelExporter(Exporter):
    """Writes ``saved_model.pb``: a graph with its weights, for any batch size.

    TensorFlow Serving and `tf.saved_model.load` find the signature
    ``serving_default``, with inputs and outputs named as in Keras. To train on, take
    the ``.keras`` file.
    """

    name: ClassVar[str] = "saved_model"
    types: ClassVar[frozenset[tuple[str, str]]] = frozenset({("float32", "float32")})
    holds_every_operator: ClassVar[bool] = True

    def export(
        self, model: keras.Model, recipe: Recipe, folder: Path, calibration: np.ndarray
    ) -> Path:
        """Freezes the model and writes the file.

        Raises:
            ConversionError: If TensorFlow cannot make a graph of the model, or its
                weights do not fit into one file.
        """
        from google.protobuf.message import EncodeError

        from automl.export.tflite.freezing import freeze

        refuse_recipe(self, recipe)
        try:
            frozen = freeze(model, batch=0)
            _write(model, frozen, folder)
        except (ValueError, TypeError, NotImplementedError, EncodeError) as error:
            line = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise ConversionError(
                f"TensorFlow cannot freeze the model {model.name!r} ({line[:200]}): keep lookup"
                " tables and Python code out of it, in the preprocessing."
            ) from error
        return folder / "saved_model.pb"


def _write(model: keras.Model, frozen: Any, folder: Path) -> None:
    """Writes the frozen function the way TensorFlow 1 did: as a graph, and nothing beside it.

    The newer way adds names with running numbers and a random fingerprint, so that
    no two exports of one model would be equal.
    """
    import tensorflow as tf

    graph_def = with_counted_names(frozen.graph.as_graph_def())
    inputs, outputs = io_names(model)
    saved = tf.compat.v1.saved_model
    # The builder wants to make the folder itself.
    inner = folder / "graph"
    builder = saved.Builder(str(inner))
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        signature = saved.build_signature_def(
            _ends(saved, graph, unique(inputs), frozen.inputs),
            _ends(saved, graph, unique(outputs), frozen.outputs),
            saved.signature_constants.PREDICT_METHOD_NAME,
        )
        with tf.compat.v1.Session(graph=graph) as session:
            builder.add_meta_graph_and_variables(
                session, [saved.tag_constants.SERVING], {SIGNATURE: signature}
            )
            builder.save()
    (inner / "saved_model.pb").replace(folder / "saved_model.pb")
    shutil.rmtree(inner)


def _ends(saved: Any, graph: Any, names: list[str], tensors: Any) -> dict[str, Any]:
    """Returns name -> what a signature says of a tensor."""
    return {
        name: saved.build_tensor_info(graph.get_tensor_by_name(tensor.name))
        for name, tensor in zip(names, tensors, strict=True)
    }
