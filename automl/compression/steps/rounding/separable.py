"""Separable convolutions as the two layers that they are the product of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.compression.steps.graph import rebuild

if TYPE_CHECKING:
    import keras


def split_separable(model: keras.Model) -> keras.Model:
    """Returns a model of the same outputs, and of the same file, in which they are two layers.

    A file holds a depthwise convolution and one of kernel 1, with an integer result
    between them, which can only be rounded where there are two layers.

    Args:
        model: A functional model; it is left as it is. The second layer has the
            name of the whole, the first one ``_depth`` behind it.
    """
    halves: list[tuple[Any, Any, Any]] = []

    def change(operation: Any) -> Any:
        kind = type(operation).__name__
        if kind not in ("SeparableConv1D", "SeparableConv2D"):
            return None
        depth, point = _halves(operation, kind[-2:])
        halves.append((operation, depth, point))
        return lambda tensor, **options: point(depth(tensor))

    split = rebuild(model, change)
    for whole, depth, point in halves:
        first, *rest = whole.get_weights()
        depth.set_weights([first])
        point.set_weights(rest)
    return split


def _halves(layer: Any, rank: str) -> tuple[Any, Any]:
    import keras

    shared = {"data_format": layer.data_format, "dtype": layer.dtype_policy}
    depth = getattr(keras.layers, f"DepthwiseConv{rank}")(
        layer.kernel_size if rank == "2D" else layer.kernel_size[0],
        strides=layer.strides,
        padding=layer.padding,
        depth_multiplier=layer.depth_multiplier,
        dilation_rate=layer.dilation_rate,
        depthwise_regularizer=layer.depthwise_regularizer,
        use_bias=False,
        name=f"{layer.name}_depth",
        **shared,
    )
    point = getattr(keras.layers, f"Conv{rank}")(
        layer.filters,
        1,
        activation=layer.activation,
        use_bias=layer.use_bias,
        kernel_regularizer=layer.pointwise_regularizer,
        bias_regularizer=layer.bias_regularizer,
        name=layer.name,
        **shared,
    )
    return depth, point
