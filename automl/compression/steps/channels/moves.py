"""What operations that join, move or pick values do to channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from automl.compression.steps.channels.labels import width_of
from automl.compression.steps.graph import Call

if TYPE_CHECKING:
    import numpy as np

    from automl.compression.steps.channels.rules import Rules


def _concatenate(rules: Rules, call: Call) -> np.ndarray | None:
    import numpy as np

    labels = [rules.tensors[id(tensor)] for tensor in call.inputs]
    rank = len(call.outputs[0].shape)
    if int(call.operation.axis) % rank == rank - 1:
        joined = np.concatenate(labels)
        return joined if len(joined) == width_of(call.outputs[0]) else None
    if len({len(each) for each in labels}) != 1:
        return None
    for other in labels[1:]:
        rules.channels.join(labels[0], other)
    rules.constants[id(call.operation)] = labels[0]
    return labels[0]


def _reshape(rules: Rules, call: Call) -> np.ndarray | None:
    """Keeps the last axis, or joins positions to it, which repeats the channels."""
    import numpy as np

    labels, width = rules.of(call), width_of(call.outputs[0])
    before, after = call.inputs[0].shape, call.outputs[0].shape
    if None in before[1:] or None in after[1:] or width % len(labels):
        return None
    # Trailing axes before that make up the last axis after.
    total = 1
    for size in reversed(before[1:]):
        total *= int(size)
        if total >= width:
            break
    return np.tile(labels, width // len(labels)) if total == width else None


def _transpose(rules: Rules, call: Call) -> np.ndarray | None:
    before, after = call.inputs[0].shape, call.outputs[0].shape
    order = getattr(call.operation, "axes", None) or getattr(call.operation, "dims", None)
    if order is None:
        return None
    last = len(before) - 1
    return rules.of(call) if tuple(order)[-1] == last and len(after) == len(before) else None


def _get_item(rules: Rules, call: Call) -> np.ndarray | None:
    key = call.kwargs.get("key", call.args[1] if len(call.args) > 1 else None)
    keys = key if isinstance(key, tuple) else (key,)
    simple = all(isinstance(each, slice | int) for each in keys)
    untouched = simple and len(keys) < len(call.inputs[0].shape)
    return rules.of(call) if untouched else None


def _pad(rules: Rules, call: Call) -> np.ndarray | None:
    width = call.operation.pad_width
    last = width[-1] if hasattr(width, "__len__") else width
    return rules.of(call) if tuple(last) == (0, 0) else None


def _expand(rules: Rules, call: Call) -> np.ndarray | None:
    rank = len(call.outputs[0].shape)
    axis = call.operation.axis
    axes = axis if isinstance(axis, list | tuple) else [axis]
    return None if any(int(each) % rank == rank - 1 for each in axes) else rules.of(call)


def _squeeze(rules: Rules, call: Call) -> np.ndarray | None:
    rank = len(call.inputs[0].shape)
    axis = call.operation.axis
    axes = axis if isinstance(axis, list | tuple) else [axis]
    if None in axes or any(int(each) % rank == rank - 1 for each in axes):
        return None
    return rules.of(call)


def _flip(rules: Rules, call: Call) -> np.ndarray | None:
    return _squeeze(rules, call)


def _softmax(rules: Rules, call: Call) -> np.ndarray | None:
    return None  # Its channels compete: one fewer changes the others.


#: Class of an operation -> what labels its result; None where it cannot be cut.
MOVES: dict[str, Callable[[Rules, Call], Any]] = {
    "Concatenate": _concatenate,
    "Reshape": _reshape,
    "Flatten": _reshape,
    "Transpose": _transpose,
    "Permute": _transpose,
    "GetItem": _get_item,
    "Pad": _pad,
    "ExpandDims": _expand,
    "Squeeze": _squeeze,
    "Flip": _flip,
    "Softmax": _softmax,
}
