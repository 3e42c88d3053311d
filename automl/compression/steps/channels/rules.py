"""What each kind of layer and operation does to the channels of its input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.compression.steps.channels.labels import Channels, width_of
from automl.compression.steps.channels.layers import LAYERS, mixes
from automl.compression.steps.channels.moves import MOVES
from automl.compression.steps.graph import Call

if TYPE_CHECKING:
    import numpy as np

#: They work on every value alone, or on every channel alone.
_EACH_ALONE = frozenset(
    [
        "Activation",
        "ReLU",
        "LeakyReLU",
        "ELU",
        "Dropout",
        "AlphaDropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "GaussianNoise",
        "GaussianDropout",
        "ActivityRegularization",
        "Rescaling",
        "Relu",
        "Relu6",
        "Elu",
        "Selu",
        "Gelu",
        "Silu",
        "Sigmoid",
        "HardSigmoid",
        "HardSilu",
        "LeakyRelu",
        "Tanh",
        "Softplus",
        "Negative",
        "Absolute",
        "Exp",
        "Log",
        "Rsqrt",
        "Sqrt",
        "Square",
        "Cast",
        "NotEqual",
        "Equal",
        "Greater",
        "ZerosLike",
        "OnesLike",
        "Identity",
        "MaxPooling1D",
        "MaxPooling2D",
        "AveragePooling1D",
        "AveragePooling2D",
        "MaxPool",
        "AveragePool",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "UpSampling1D",
        "UpSampling2D",
        "Cropping1D",
        "Cropping2D",
        "ZeroPadding1D",
        "ZeroPadding2D",
    ]
)
_BETWEEN = frozenset(
    ["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum", "Average"]
)
_SUMS = frozenset(["Sum", "Max", "Min", "Mean"])


class Rules:
    """Follows channels through a model, call by call.

    Attributes:
        channels: The labels.
        tensors: Id of a Keras tensor -> labels of its last axis.
        weights: Id of a variable -> the variable and the labels of its axes.
        costs: For each kernel, the id of its variable and the positions it is applied at.
        constants: Id of an operation -> labels of its result, which constants among
            its arguments are cut by.
        makers: Id of an operation -> labels of what it put out last.
    """

    def __init__(self) -> None:
        self.channels = Channels()
        self.tensors: dict[int, np.ndarray] = {}
        self.weights: dict[int, tuple[Any, tuple[Any, ...]]] = {}
        self.costs: list[tuple[int, int]] = []
        self.constants: dict[int, np.ndarray] = {}
        self.makers: dict[int, np.ndarray] = {}

    def begin(self, tensor: Any) -> None:
        """Labels an input of the model, which cannot be cut."""
        labels = self.channels.new(width_of(tensor))
        self.channels.lock(labels, "it is the model's input")
        self.tensors[id(tensor)] = labels

    def end(self, tensor: Any) -> None:
        """Locks an output of the model."""
        self.channels.lock(self.tensors[id(tensor)], "it is the model's output")

    def follow(self, call: Call) -> None:
        """Labels what comes out of a call."""
        kind = type(call.operation).__name__
        labels = self._apply(kind, call)
        if labels is None or len(labels) != width_of(call.outputs[0]):
            self._lock(call)
            for tensor in call.outputs:
                fresh = self.channels.new(width_of(tensor))
                self.channels.lock(fresh, f"{call.name} ({kind}) cannot be cut")
                self.tensors[id(tensor)] = fresh
            return
        (output,) = call.outputs
        known = self.makers.get(id(call.operation))
        if known is not None and len(known) == len(labels):  # A layer called twice.
            self.channels.join(known, labels)
        self.makers[id(call.operation)] = labels
        self.tensors[id(output)] = labels

    def _apply(self, kind: str, call: Call) -> np.ndarray | None:
        rule = LAYERS.get(kind) or MOVES.get(kind)
        if rule is not None:
            found: np.ndarray | None = rule(self, call)
            return found
        if len(call.outputs) != 1 or not call.inputs or mixes(call.operation):
            return None
        if kind in _EACH_ALONE and len(call.inputs) == 1:
            return self.of(call)
        if kind in _BETWEEN:
            return self._between(call)
        if kind in _SUMS:
            return self._sum(call)
        return None

    def of(self, call: Call) -> np.ndarray:
        """Returns the labels of a call's first tensor."""
        return self.tensors[id(call.inputs[0])]

    def hold(self, variable: Any, *axes: Any) -> None:
        """Records the labels of a weight's axes."""
        known = self.weights.get(id(variable))
        if known is not None:  # A layer that is called twice.
            for old, new in zip(known[1], axes, strict=True):
                if old is not None and new is not None:
                    self.channels.join(old, new)
            return
        self.weights[id(variable)] = (variable, axes)

    def cost(self, variable: Any, times: int) -> None:
        """Records that a kernel is applied so many times for one example."""
        self.costs.append((id(variable), times))

    def _lock(self, call: Call) -> None:
        reason = f"{call.name} ({type(call.operation).__name__}) cannot be cut"
        for tensor in call.inputs:
            self.channels.lock(self.tensors[id(tensor)], reason)

    def _between(self, call: Call) -> np.ndarray | None:
        """Joins operands of full width; those of width 1 are stretched over all channels."""
        width = width_of(call.outputs[0])
        labels = [self.tensors[id(tensor)] for tensor in call.inputs]
        full = [each for each in labels if len(each) == width]
        if not full:
            return None
        for other in full[1:]:
            self.channels.join(full[0], other)
        self.constants[id(call.operation)] = full[0]
        return full[0]

    def _sum(self, call: Call) -> np.ndarray | None:
        axis = getattr(call.operation, "axis", None)
        rank = len(call.inputs[0].shape)
        axes: list[Any] = list(axis) if isinstance(axis, list | tuple) else [axis]
        if None in axes or any(int(each) % rank == rank - 1 for each in axes):
            return None
        return self.of(call)
