"""Backbones of `keras.applications`, with weights learned on ImageNet where they can be had."""

from __future__ import annotations

import os
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from search_spaces.errors import AutomlError

#: What a plan's ``weights`` can be; ``"none"`` starts from random ones.
WEIGHTS = ("imagenet", "none")
#: Seconds without an answer after which a download is given up.
TIMEOUT_S = 20.0

_failed: dict[str, str] = {}  # Being offline costs a process one attempt.


@dataclass(frozen=True)
class Backbone:
    """A network of `keras.applications` without its classifier.

    Both take RGB pixels from 0 to 255 and rescale them themselves.

    Attributes:
        make: The function of `keras.applications`.
        file: Name of the weights' file in Keras' cache, HDF5.
        source: The paper.
    """

    make: Callable[..., Any]
    file: str
    source: str

    @property
    def path(self) -> Path:
        """Where Keras keeps the weights once they are downloaded."""
        home = os.environ.get("KERAS_HOME") or "~/.keras"
        return Path(home).expanduser() / "models" / self.file


BACKBONES = {
    "mobilenet_v3_small": Backbone(
        keras.applications.MobileNetV3Small,
        "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
        "Howard et al., 2019, https://arxiv.org/abs/1905.02244",
    ),
    "efficientnet_v2_b0": Backbone(
        keras.applications.EfficientNetV2B0,
        "efficientnetv2-b0_notop.h5",
        "Tan and Le, 2021, https://arxiv.org/abs/2104.00298",
    ),
}


def grow_backbone(name: str, inputs: Any, pixels: Any, weights: str) -> tuple[Any, list[Any]]:
    """Puts a backbone behind a Keras tensor.

    Args:
        name: One of `BACKBONES`.
        inputs: The model's input.
        pixels: A Keras tensor made of it: RGB from 0 to 255, shape (batch,
            height, width, 3), at least 32x32.
        weights: One of `WEIGHTS`.

    Returns:
        The last feature map, (batch, height, width, channels), and the backbone's
        layers in order, named ``b1``, ``b2``, ...

    Raises:
        AutomlError: If the weights cannot be had or read.
    """
    before = {id(layer) for layer in keras.Model(inputs, pixels).layers}
    with warnings.catch_warnings():
        # Keras says that it takes the weights of 224x224 at other sizes: there are no others.
        warnings.filterwarnings("ignore", message="`input_shape` is undefined")
        if weights == "none":
            model = BACKBONES[name].make(include_top=False, input_tensor=pixels, weights=None)
        else:
            model = _trained(name, pixels)
    layers = [layer for layer in model.layers if id(layer) not in before]
    for number, layer in enumerate(layers, start=1):
        # Exported files spell names out, and Keras numbers some through the process.
        layer.name = f"b{number}"
    return model.output, layers


def _trained(name: str, pixels: Any) -> Any:
    backbone = BACKBONES[name]
    if name in _failed and not backbone.path.exists():
        raise AutomlError(_failed[name])
    cached = backbone.path.exists()
    try:
        with _timeout(TIMEOUT_S):
            return backbone.make(
                include_top=False,
                input_tensor=pixels,
                # Keras checks the hash of what it downloads.
                weights=str(backbone.path) if cached else "imagenet",
            )
    except Exception as error:  # Keras raises plain exceptions, h5py its own.
        reason = " ".join(str(error).split()) or repr(error)
        if cached:
            raise AutomlError(
                f"The weights of {name!r} must be readable. Received: {reason[:200]} from"
                f" {backbone.path}. Delete the file, and it is downloaded again."
            ) from error
        _failed[name] = (
            f"The space 'pretrained' needs the ImageNet weights of {name!r}, and they cannot be"
            f" downloaded. Received: {reason[:200]}. Go online once, put the file at"
            f" {backbone.path}, or leave the space out."
        )
        raise AutomlError(_failed[name]) from error


@contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Bounds the wait for an answer from the network, which Keras does not."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
