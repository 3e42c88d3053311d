"""A small problem and a model that solves it, made without training."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from automl.data.base import Target
from automl.data.dataset import DataSummary
from search_spaces import InputSpec

SIDE = 8
CLASSES = 4
HIGH = 16.0


def small_data(count: int = 64, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Returns images with one bright quadrant each, and which one it is.

    Returns:
        Images of shape (count, 8, 8, 1) with values from 0 to 16, float32, and
        labels of shape (count,), int64, 4 classes.
    """
    random = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    images = random.uniform(0, HIGH / 3, (count, SIDE, SIDE, 1))
    for image, label in zip(images, labels, strict=True):
        top, left = (label // 2) * SIDE // 2, (label % 2) * SIDE // 2
        image[top : top + SIDE // 2, left : left + SIDE // 2] += HIGH / 2
    return images.astype(np.float32), labels.astype(np.int64)


def small_model() -> keras.Model:
    """Returns a convolutional classifier of `small_data` that is right and sure.

    Its features are fixed random ones, its last layer is solved for; weights
    are the same in every process.
    """
    layers = keras.layers
    inputs = keras.Input((SIDE, SIDE, 1), name="x")
    tensor = layers.Rescaling(2 / HIGH, -1.0, name="r")(inputs)
    tensor = layers.Conv2D(8, 3, padding="same", use_bias=False, name="c")(tensor)
    tensor = layers.BatchNormalization(name="n")(tensor)
    tensor = layers.ReLU(name="a")(tensor)
    tensor = layers.SeparableConv2D(8, 3, padding="same", activation="relu", name="s")(tensor)
    tensor = layers.AveragePooling2D(SIDE // 2, name="p")(tensor)
    tensor = layers.Flatten(name="f")(tensor)
    logits = layers.Dense(CLASSES, name="logits")(tensor)
    outputs = layers.Softmax(name="probabilities")(logits)
    model = keras.Model(inputs, outputs, name="small")
    model.set_weights(_solved())
    return model


@cache
def _solved() -> list[Any]:
    random = np.random.default_rng(7)
    convolution = random.normal(0, 0.4, (3, 3, 1, 8)).astype("float32")
    norm = [random.uniform(low, 1.5, 8).astype("float32") for low in (0.5, -0.5, -0.5, 0.5)]
    depthwise = random.normal(0, 0.4, (3, 3, 8, 1)).astype("float32")
    pointwise = random.normal(0, 0.6, (1, 1, 8, 8)).astype("float32")
    bias = random.uniform(0.1, 0.5, 8).astype("float32")
    body = [convolution, *norm, depthwise, pointwise, bias]
    images, labels = small_data(512, seed=1)
    features = _features(body, images)
    features = np.concatenate([features, np.ones((len(features), 1))], axis=1)
    targets = 16 * np.eye(CLASSES)[labels]
    ridge = 1e-2 * np.eye(features.shape[1])
    solved = np.linalg.solve(features.T @ features + ridge, features.T @ targets)
    return [*body, solved[:-1].astype("float32"), solved[-1].astype("float32")]


def _features(body: list[Any], images: NDArray[np.float32]) -> NDArray[np.float64]:
    """Computes what comes into the last layer, in plain NumPy."""
    convolution, gamma, beta, mean, variance, depthwise, pointwise, bias = (
        weight.astype("float64") for weight in body
    )
    tensor = images * 2 / HIGH - 1.0
    tensor = np.einsum("bhwcij,ijco->bhwo", _windows(tensor), convolution)
    tensor = np.maximum((tensor - mean) / np.sqrt(variance + 1e-3) * gamma + beta, 0.0)
    tensor = np.einsum("bhwcij,ijcm->bhwc", _windows(tensor), depthwise)
    tensor = np.maximum(tensor @ pointwise[0, 0] + bias, 0.0)
    half = SIDE // 2
    tensor = tensor.reshape(-1, 2, half, 2, half, tensor.shape[-1]).mean(axis=(2, 4))
    flat: NDArray[np.float64] = tensor.reshape(len(tensor), -1)
    return flat


def _windows(tensor: NDArray[Any]) -> NDArray[Any]:
    padded = np.pad(tensor, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))


def small_summary() -> DataSummary:
    """Returns what a run would keep of `small_data`."""
    return DataSummary(
        uri="small",
        source="npz",
        input=InputSpec("image", (SIDE, SIDE, 1), 0.0, HIGH),
        target=Target("class", tuple(map(str, range(CLASSES)))),
        counts={"train": 64, "validation": 64, "test": 64},
        fingerprint="0" * 64,
    )
