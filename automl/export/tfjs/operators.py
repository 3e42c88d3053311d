"""The operators TF.js knows, and the attributes it reads of each."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from automl.errors import ConversionError
from automl.export.refusing import layer_of
from automl.export.tfjs.graph import Graph, Node

#: What to do instead, for operators that a Keras layer makes.
ADVICE = {
    "Bucketize": "bin the numbers in the preprocessing, before the model",
    "While": "build the model with a fixed sequence length, so that it can be unrolled",
    "StatelessWhile": "build the model with a fixed sequence length, so that it can be unrolled",
    "If": "make the model's path independent of its input",
    "StatelessIf": "make the model's path independent of its input",
    "RFFT": "compute the spectrum in the preprocessing, or use STFTSpectrogram",
    "Complex": "compute the spectrum in the preprocessing, or use STFTSpectrogram",
    "ComplexAbs": "compute the spectrum in the preprocessing, or use STFTSpectrogram",
    "Bitcast": "take the argmax after the model",
    "AsString": "hash in the preprocessing, before the model",
}
#: TF.js lists these, but runs them wrongly or not on its wasm backend.
UNRELIABLE = frozenset(
    {
        "While",
        "StatelessWhile",
        "If",
        "StatelessIf",
        "Einsum",
        "MatrixBandPart",
        "OneHot",
    }
    | {"Complex", "ComplexAbs", "Real", "Imag", "FFT", "IFFT", "RFFT", "IRFFT"}
    | {
        "UnsortedSegmentSum",
        "SegmentSum",
        "RaggedGather",
        "RaggedRange",
        "RaggedTensorToTensor",
    }
)
CHANNELS_LAST = ("", "NHWC", "NDHWC", "NWC")


@cache
def operator_table() -> dict[str, dict[str, Any]]:
    """Returns, by operator, the attributes TF.js reads and their defaults (None for none)."""
    text = files("automl.export.tfjs").joinpath("operators.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)["operators"]
    return table


def check_operators(graph: Graph, layers: list[str]) -> None:
    """Refuses a graph that TF.js cannot run.

    Args:
        graph: The rewritten graph.
        layers: Names of the model's Keras layers, for the message.

    Raises:
        ConversionError: Naming the operator, the layer where it can be told,
            and what to change.
    """
    table = operator_table()
    for node in graph.nodes.values():
        if node.op not in table or node.op in UNRELIABLE:
            advice = ADVICE.get(node.op, "use another layer in its place")
            raise ConversionError(
                f"TF.js cannot run the operator {node.op!r}, which"
                f" {_place(node, layers)} needs: {advice}."
            )
        if node.text("data_format") not in CHANNELS_LAST:
            raise ConversionError(
                f"TF.js runs images with channels last; {_place(node, layers)} has"
                f" data_format {node.text('data_format')!r}: build the model with"
                " data_format='channels_last'."
            )


def _place(node: Node, layers: list[str]) -> str:
    layer = layer_of(node.origin, layers)
    return f"the layer {layer!r}" if layer else f"the node {node.origin!r}"
