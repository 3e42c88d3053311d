"""What a picture of a model shows: the boxes of its layers, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import keras

from automl.report.plots.network_nodes import (
    FOLLOWERS,
    SIGNS,
    TIMES,
    Node,
    gathered,
    is_attention,
    kind_of,
)

#: Calculations that make up activations written out for int8.
_CURVES = {"Absolute", "Elu", "Exp", "Gelu", "Log1p", "Relu", "Sigmoid", "Silu", "Softplus", "Tanh"}
_KINDS = (
    ("Conv", "convolution"),
    ("Attention", "attention"),
    ("LSTM", "recurrent"),
    ("GRU", "recurrent"),
    ("RNN", "recurrent"),
    ("Bidirectional", "recurrent"),
    ("Embedding", "embedding"),
    ("Dense", "dense"),
)


@dataclass
class Box:
    """One box, or a sign (``+``) where branches meet.

    Attributes:
        title: What it does.
        kind: What it is, for its colour.
        shape: What it puts out, without the batch axis.
        params: Weights in it.
        parents: Names of the boxes it reads.
        remarks: What else is in it.
        sign: What it does to the branches it joins, or ``""``.
    """

    title: str
    kind: str
    shape: str
    params: int
    parents: list[str]
    remarks: list[str] = field(default_factory=list)
    sign: str = ""


def boxes_of(model: Any) -> dict[str, Box]:
    """Returns a functional model's boxes by name, parents before children."""
    return {name: _box(node) for name, node in gathered(model).items()}


def _box(node: Node) -> Box:
    first = _main(node)
    title, remarks = _title(first), [_remark(each) for each in node.operations if each is not first]
    kind = next((kind for word, kind in _KINDS if word in kind_of(first)), "other")
    if is_attention(node):
        title, kind = "Attention", "attention"
        remarks = [f"q, k, v: {_dense(node)}"]
    elif not isinstance(first, keras.layers.Layer):
        ours = [each for each in node.operations if kind_of(each) not in FOLLOWERS]
        title, kind = _calculation(ours), "other"
        remarks = [_remark(each) for each in node.operations if each not in ours]
    else:
        rest = [each for each in node.operations if not isinstance(each, keras.layers.Layer)]
        if {kind_of(each) for each in rest} & _CURVES:
            remarks.append(kind_of(rest[0]).lower() if len(rest) == 1 else "activation")
    if kind_of(first) in ("InputLayer",) or getattr(first, "name", "") in _ENDS:
        kind = "end"
    leading = [each for each in node.operations if kind_of(each) not in FOLLOWERS]
    meets = len(node.parents) > 1 and leading == [first]
    sign = SIGNS.get(kind_of(first), "") if meets else ""
    weights = {id(w): w for op in node.operations for w in getattr(op, "weights", ())}
    return Box(
        title=title,
        kind=kind,
        shape=_shape(node.last),
        params=sum(int(_product(weight.shape)) for weight in weights.values()),
        parents=node.parents,
        remarks=list(dict.fromkeys(filter(None, remarks))),
        sign=sign,
    )


_ENDS = ("probabilities", "outputs")
_SHORT = {
    "ReLU": "relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "LeakyReLU": "leaky relu",
    "Dropout": "dropout",
    "SpatialDropout1D": "channel dropout",
    "SpatialDropout2D": "channel dropout",
    "Softmax": "softmax",
    "BatchNormalization": "batch norm",
}


def _main(node: Node) -> Any:
    return node.operations[0]


def _title(layer: Any) -> str:
    name = kind_of(layer)
    if name == "InputLayer":
        return "Input"
    if name == "Bidirectional":
        return f"Bidirectional {_title(layer.forward_layer)}"
    kernel = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    words = [name]
    if kernel:
        words.append(TIMES.join(map(str, kernel if isinstance(kernel, tuple) else (kernel,))))
    strides = getattr(layer, "strides", None)
    if strides and max(strides if isinstance(strides, tuple) else (strides,)) > 1:
        words.append(f"/{max(strides if isinstance(strides, tuple) else (strides,))}")
    dilation = getattr(layer, "dilation_rate", None)
    if dilation and max(dilation if isinstance(dilation, tuple) else (dilation,)) > 1:
        words.append(f"dilated {max(dilation if isinstance(dilation, tuple) else (dilation,))}")
    if getattr(layer, "name", "") in ("logits", *_ENDS):
        words.append(f"({layer.name})")
    return " ".join(words)


def _remark(operation: Any) -> str:
    name = kind_of(operation)
    if not isinstance(operation, keras.layers.Layer):
        return ""
    if name == "Activation":
        activation = operation.activation
        return str(getattr(activation, "__name__", type(activation).__name__))
    rate = getattr(operation, "rate", None)
    short = name.replace("Normalization", " norm")
    short = _SHORT.get(name, short)
    return f"{short} {rate:.2g}" if isinstance(rate, float) else short


def _calculation(operations: Iterable[Any]) -> str:
    names = [kind_of(each) for each in operations]
    if "Matmul" in names or "Einsum" in names:
        return "Product"
    if "Concatenate" not in names and ("Mean" in names or "Sum" in names):
        return "Mean over steps"
    if "Max" in names:
        return "Largest over steps"
    if "Concatenate" in names:
        return "Concatenate" if len(names) == 1 else "Pool, concatenate"
    shown = list(dict.fromkeys(names))
    if len(shown) > 1 and _CURVES & set(shown):
        return "Activation"
    return ", ".join(shown[:3]) + (" …" if len(shown) > 3 else "")


def _dense(node: Node) -> str:
    widths = [each.units for each in node.operations if kind_of(each) == "Dense"]
    return f"Dense {', '.join(map(str, dict.fromkeys(widths)))}" if widths else "as they come"


def _shape(operation: Any) -> str:
    output = operation.output
    tensor = output[0] if isinstance(output, list | tuple) else output
    return TIMES.join("?" if size is None else str(size) for size in tensor.shape[1:])


def _product(shape: Iterable[int]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total
