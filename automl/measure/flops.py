"""Operations of one inference, counted on the frozen graph."""

from __future__ import annotations

from typing import Any


def count_flops(frozen: Any) -> int:
    """Counts the floating-point operations of a frozen concrete function.

    TensorFlow's own profiler counts them, a multiply-add as two operations.

    Args:
        frozen: A `tf.types.experimental.ConcreteFunction` whose shapes are all
            static.

    Returns:
        Operations of one call.
    """
    import tensorflow as tf

    options = (
        tf.compat.v1.profiler.ProfileOptionBuilder(
            tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
        )
        .with_empty_output()
        .build()
    )
    profile = tf.compat.v1.profiler.profile(frozen.graph, cmd="scope", options=options)
    return int(profile.total_float_ops)
