"""What TFMOT does to a tf_keras model: prune, cluster, quantization-aware training."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tensorflow_model_optimization as tfmot
import tf_keras

from automl.compression.tfmot.building import PREFIX, custom_objects
from automl.compression.tfmot.layers import UnmappedError

if TYPE_CHECKING:
    import numpy as np

#: Part of the fine-tuning in which sparsity grows; the rest mends what it broke.
_GROWTH = 0.6
#: Times that it grows, at most.
_GROWN = 60


def treat(model: Any, job: dict[str, Any], data: dict[str, np.ndarray]) -> Any:
    """Returns the treated model, fine-tuned and stripped of wrappers but those of rounding.

    Args:
        model: What `building.build` returned, freshly: some steps change what they
            are given.
        job: ``step`` ("prune", "cluster" or "qat"), its ``options``, ``loss``,
            ``rate``, ``epochs``, ``batch_size``, ``least``.
        data: ``x`` and ``y`` to train on, ``vx`` and ``vy`` to validate on, maybe
            ``weights`` of examples.

    Raises:
        UnmappedError: If TFMOT refuses a layer that holds weights worth treating.
    """
    with custom_objects():
        return _STEPS[job["step"]](model, job, data)


def _prune(model: Any, job: dict[str, Any], data: dict[str, np.ndarray]) -> Any:
    options = job["options"]
    prune = tfmot.sparsity.keras.prune_low_magnitude
    steps = job["epochs"] * -(-len(data["x"]) // job["batch_size"])
    given: dict[str, Any]
    if options["schedule"] == "two_four":
        schedule = tfmot.sparsity.keras.ConstantSparsity(0.5, 0, frequency=1)
        given = {"pruning_schedule": schedule, "sparsity_m_by_n": (2, 4)}
    elif options["schedule"] == "constant":
        schedule = tfmot.sparsity.keras.ConstantSparsity(options["sparsity"], 0, frequency=1)
        given = {"pruning_schedule": schedule}
    else:
        end = max(1, int(steps * _GROWTH))
        # Its own default, every 100 steps, would leave short trainings dense.
        schedule = tfmot.sparsity.keras.PolynomialDecay(
            0.0, options["sparsity"], 0, end, frequency=max(1, end // _GROWN)
        )
        given = {"pruning_schedule": schedule}
    wrapped = _around(model, job, lambda layer: prune(layer, **given))
    _fit(wrapped, job, data, [tfmot.sparsity.keras.UpdatePruningStep()])
    return tfmot.sparsity.keras.strip_pruning(wrapped)


def _cluster(model: Any, job: dict[str, Any], data: dict[str, np.ndarray]) -> Any:
    from tensorflow_model_optimization.python.core.clustering.keras.experimental import (
        cluster as experimental,
    )

    options = job["options"]
    given = {
        "number_of_clusters": options["clusters"],
        "cluster_centroids_init": (tfmot.clustering.keras.CentroidInitialization.KMEANS_PLUS_PLUS),
    }
    cluster = tfmot.clustering.keras.cluster_weights
    if options["keep_zeros"]:
        cluster, given["preserve_sparsity"] = experimental.cluster_weights, True
    wrapped = _around(model, job, lambda layer: cluster(layer, **given))
    _fit(wrapped, job, data, [])
    return tfmot.clustering.keras.strip_clustering(wrapped)


def _qat(model: Any, job: dict[str, Any], data: dict[str, np.ndarray]) -> Any:
    if kept := job["options"]["keep"]:
        # Its scheme for clusters fails at layers that it says it supports, and the one for
        # zeros loses those of split separable convolutions (0.8.1).
        raise UnmappedError(f"rounding that keeps {kept} does not work in TFMOT")
    keep = tfmot.quantization.keras
    marked = _around(model, job, keep.quantize_annotate_layer, others=_is_quantizable)
    aware = keep.quantize_apply(marked)
    _fit(aware, job, data, [])
    return aware


def _around(
    model: Any,
    job: dict[str, Any],
    wrap: Callable[[Any], Any],
    others: Callable[[Any], bool] = lambda layer: False,
) -> Any:
    """Returns a clone whose layers with large kernels, and some others, are wrapped.

    Raises:
        UnmappedError: If one of those with large kernels is refused.
    """

    def place(layer: Any) -> Any:
        worth = any(_size(each) >= job["least"] for each in _kernels(layer))
        if not worth and not others(layer):
            return layer
        try:
            return wrap(layer)
        except (ValueError, RuntimeError, NotImplementedError, AttributeError) as error:
            line = str(error).partition("\n")[0]
            name = layer.name.removeprefix(PREFIX)
            kind = type(layer).__name__
            raise UnmappedError(f"{name} ({kind}) is refused by TFMOT: {line}") from error

    if job["step"] == "qat":
        _check_quantizable(model, job)
    return tf_keras.models.clone_model(model, clone_function=place)


def _kernels(layer: Any) -> list[Any]:
    """Returns kernels that are worth a treatment: no depthwise ones."""
    if type(layer).__name__.startswith("Depthwise"):
        return []
    return [
        each
        for each in layer.trainable_weights
        if len(each.shape) >= 2 and not any(part in each.name for part in ("alpha", "bias"))
    ]


def _size(variable: Any) -> int:
    return int(variable.shape.num_elements())


#: What TFMOT's 8-bit scheme rounds, and the activations that it knows.
_ROUNDED = ("Conv2D", "DepthwiseConv2D", "Dense", "ReLU", "Softmax", "Activation", "Concatenate")
_PASSED = frozenset(
    {
        "Add",
        "AveragePooling1D",
        "AveragePooling2D",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "MaxPooling2D",
        "BatchNormalization",
        "Flatten",
        "Reshape",
        "Dropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "Permute",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "Cropping1D",
        "Cropping2D",
        "UpSampling2D",
    }
)
_KNOWN = ("linear", "relu", "softmax", "sigmoid", "tanh", "swish", "silu", "gelu", "relu6")


def _is_quantizable(layer: Any) -> bool:
    kind = type(layer).__name__
    known = getattr(getattr(layer, "activation", None), "__name__", "linear") in _KNOWN
    return kind in _PASSED or (kind in _ROUNDED and known)


def _check_quantizable(model: Any, job: dict[str, Any]) -> None:
    for layer in model.layers:
        worth = any(_size(each) >= job["least"] for each in _kernels(layer))
        if worth and not _is_quantizable(layer):
            name, kind = layer.name.removeprefix(PREFIX), type(layer).__name__
            raise UnmappedError(f"{name} ({kind}) is refused by TFMOT's 8-bit scheme")


def _fit(model: Any, job: dict[str, Any], data: dict[str, np.ndarray], callbacks: Any) -> None:
    optimizer = tf_keras.optimizers.Adam(job["rate"])
    model.compile(optimizer=optimizer, loss=job["loss"])
    model.fit(
        data["x"],
        data["y"],
        sample_weight=data.get("weights"),
        batch_size=job["batch_size"],
        epochs=job["epochs"],
        validation_data=(data["vx"], data["vy"]),
        callbacks=callbacks,
        verbose=0,
    )


_STEPS: dict[str, Callable[[Any, dict[str, Any], dict[str, Any]], Any]] = {
    "prune": _prune,
    "cluster": _cluster,
    "qat": _qat,
}
