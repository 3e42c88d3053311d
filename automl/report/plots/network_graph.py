"""What a picture of a model shows: its layers, gathered into boxes a person would draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import keras

#: Layers that belong to the one before them: they change values, not what the network is.
_FOLLOWERS = (
    "Activation", "AlphaDropout", "BatchNormalization", "Dropout", "ELU", "GaussianNoise",
    "GroupNormalization", "LayerNormalization", "LeakyReLU", "PReLU", "ReLU",
    "RMSNormalization", "Reshape", "Softmax", "SpatialDropout1D", "SpatialDropout2D",
    "ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D", "GaussianDropout",
)  # fmt: skip
#: Calculations that make up activations written out for int8.
_CURVES = {"Absolute", "Elu", "Exp", "Gelu", "Log1p", "Relu", "Sigmoid", "Silu", "Softplus", "Tanh"}
_TIMES = "\N{MULTIPLICATION SIGN}"
_SIGNS = {
    "Add": "+",
    "Multiply": _TIMES,
    "Concatenate": "\N{DOUBLE VERTICAL LINE}",
    "Subtract": "\N{MINUS SIGN}",
}
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


@dataclass
class _Node:
    operations: list[Any]
    parents: list[str]

    @property
    def last(self) -> Any:
        return self.operations[-1]

    @property
    def is_layer(self) -> bool:
        return any(isinstance(each, keras.layers.Layer) for each in self.operations)


def boxes_of(model: Any) -> dict[str, Box]:
    """Returns a functional model's boxes by name, parents before children.

    Calculations that are no layers are gathered with their neighbours, what
    only finds out where padding is becomes a remark of the input, and
    normalizations, activations and dropout stand in the box of the layer
    before them.
    """
    nodes = _nodes(model)
    _drop_mask(nodes)
    _gather_calculations(nodes)
    _gather_attention(nodes)
    _gather_followers(nodes)
    return {name: _box(node) for name, node in _ordered(nodes).items()}


def _nodes(model: Any) -> dict[str, _Node]:
    nodes: dict[str, _Node] = {}
    for operation in model.operations:
        parents = [
            tensor._keras_history.operation.name
            for node in operation._inbound_nodes
            for tensor in node.input_tensors
            if tensor._keras_history.operation.name in nodes
        ]
        nodes[operation.name] = _Node([operation], list(dict.fromkeys(parents)))
    return nodes


def _drop_mask(nodes: dict[str, _Node]) -> None:
    """Removes what is computed of the places of padding alone."""
    mask: set[str] = set()
    for name, node in nodes.items():
        begins = _type(node.last) == "NotEqual"
        if begins or (node.parents and all(parent in mask for parent in node.parents)):
            mask.add(name)
    for name in mask:
        del nodes[name]
    for node in nodes.values():
        if any(parent in mask for parent in node.parents):
            node.parents = [parent for parent in node.parents if parent not in mask]


def _gather_calculations(nodes: dict[str, _Node]) -> None:
    """Joins each operation that is no layer with those of its parents that are none either."""
    for name in list(nodes):
        node = nodes[name]
        if node.is_layer:
            continue
        for parent in list(node.parents):
            joinable = parent in nodes and not nodes[parent].is_layer
            if joinable and not _leads_around(nodes, parent, name):
                _absorb(nodes, name, parent)


def _leads_around(nodes: dict[str, _Node], begin: str, end: str) -> bool:
    """Returns whether `end` reads `begin` through others too: joined, it would read itself."""
    waiting = [child for child in _children(nodes, begin) if child != end]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            waiting += _children(nodes, name)
    return False


def _gather_attention(nodes: dict[str, _Node]) -> None:
    """Puts queries, keys and values into the box of the products they are made for."""
    for name in list(nodes):
        node = nodes.get(name)
        if node is None or not _is_product(node):
            continue
        for parent in list(node.parents):
            _absorb_scores(nodes, name, parent)
        for parent in list(node.parents):
            feeds = _children(nodes, parent)
            if feeds == [name] and _type(nodes[parent].last) in ("Dense", "EinsumDense", "Reshape"):
                _absorb(nodes, name, parent)
        for parent in list(node.parents):
            if _type(nodes[parent].last) == "Dense" and _children(nodes, parent) == [name]:
                _absorb(nodes, name, parent)


def _absorb_scores(nodes: dict[str, _Node], name: str, parent: str) -> None:
    """Joins the product with values with that of queries and keys, a softmax before it."""
    path = [parent]
    while _type(nodes[path[-1]].last) in ("Softmax", "Activation", "Dropout"):
        if len(nodes[path[-1]].parents) != 1:
            return
        path += nodes[path[-1]].parents
    if len(path) > 1 and _is_product(nodes[path[-1]]):
        for each in path:
            _absorb(nodes, name, each)


def _is_product(node: _Node) -> bool:
    return any(_type(each) in ("Matmul", "Einsum") for each in node.operations)


def _gather_followers(nodes: dict[str, _Node]) -> None:
    for name in list(nodes):
        node = nodes.get(name)
        if node is None or len(node.parents) != 1:
            continue
        (parent,) = node.parents
        weightless = not node.is_layer and not _is_attention(node)
        follows = _type(node.operations[0]) in _FOLLOWERS or weightless
        ends = name == next(reversed(nodes)) or _type(nodes[parent].last) == "InputLayer"
        sign = _type(nodes[parent].operations[0]) in _SIGNS and len(nodes[parent].parents) > 1
        if follows and not ends and not sign and _children(nodes, parent) == [name]:
            nodes[parent].operations += node.operations
            for child in nodes.values():
                child.parents = [parent if each == name else each for each in child.parents]
            del nodes[name]


def _absorb(nodes: dict[str, _Node], name: str, other: str) -> None:
    """Moves what `other` holds into `name`; who read `other` reads `name`."""
    taken, node = nodes.pop(other), nodes[name]
    node.operations = [*taken.operations, *node.operations]
    kept = [parent for parent in node.parents if parent != other]
    node.parents = list(dict.fromkeys([*taken.parents, *kept]))
    for child in nodes.values():
        if child is not node and other in child.parents:
            child.parents = list(
                dict.fromkeys(name if each == other else each for each in child.parents)
            )


def _children(nodes: dict[str, _Node], name: str) -> list[str]:
    return [child for child, node in nodes.items() if name in node.parents]


def _ordered(nodes: dict[str, _Node]) -> dict[str, _Node]:
    """Returns the nodes with parents before children; gathering may have mixed them up."""
    done: dict[str, _Node] = {}
    left = dict(nodes)
    while left:
        ready = [n for n, node in left.items() if all(p not in left for p in node.parents)]
        for name in ready or list(left):
            done[name] = left.pop(name)
    return done


def _type(operation: Any) -> str:
    return type(operation).__name__


def _is_attention(node: _Node) -> bool:
    return _is_product(node) and any(_type(each) == "Softmax" for each in node.operations)


def _box(node: _Node) -> Box:
    first = _main(node)
    title, remarks = _title(first), [_remark(each) for each in node.operations if each is not first]
    kind = next((kind for word, kind in _KINDS if word in _type(first)), "other")
    if _is_attention(node):
        title, kind = "Attention", "attention"
        remarks = [f"q, k, v: {_dense(node)}"]
    elif not isinstance(first, keras.layers.Layer):
        ours = [each for each in node.operations if _type(each) not in _FOLLOWERS]
        title, kind = _calculation(ours), "other"
        remarks = [_remark(each) for each in node.operations if each not in ours]
    else:
        rest = [each for each in node.operations if not isinstance(each, keras.layers.Layer)]
        if {_type(each) for each in rest} & _CURVES:
            remarks.append(_type(rest[0]).lower() if len(rest) == 1 else "activation")
    if _type(first) in ("InputLayer",) or getattr(first, "name", "") in _ENDS:
        kind = "end"
    leading = [each for each in node.operations if _type(each) not in _FOLLOWERS]
    meets = len(node.parents) > 1 and leading == [first]
    sign = _SIGNS.get(_type(first), "") if meets else ""
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


def _main(node: _Node) -> Any:
    return node.operations[0]


def _title(layer: Any) -> str:
    name = _type(layer)
    if name == "InputLayer":
        return "Input"
    if name == "Bidirectional":
        return f"Bidirectional {_title(layer.forward_layer)}"
    kernel = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    words = [name]
    if kernel:
        words.append(_TIMES.join(map(str, kernel if isinstance(kernel, tuple) else (kernel,))))
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
    name = _type(operation)
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
    names = [_type(each) for each in operations]
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


def _dense(node: _Node) -> str:
    widths = [each.units for each in node.operations if _type(each) == "Dense"]
    return f"Dense {', '.join(map(str, dict.fromkeys(widths)))}" if widths else "as they come"


def _shape(operation: Any) -> str:
    output = operation.output
    tensor = output[0] if isinstance(output, list | tuple) else output
    return _TIMES.join("?" if size is None else str(size) for size in tensor.shape[1:])


def _product(shape: Iterable[int]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total
