"""Which versions of what made a run; read from metadata, nothing is imported."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

DISTRIBUTIONS = (
    "automl",
    "tensorflow",
    "keras",
    "keras-tuner",
    "ai-edge-litert",
    "scikit-learn",
    "numpy",
    "click",
    "rich",
    "matplotlib",
    "jinja2",
)
#: Backend -> distributions that compute on it; format -> those that write and run it.
ALSO = {
    "jax": ("jax", "jaxlib"),
    "onnx": ("onnx", "tf2onnx", "onnxruntime"),
    "micro": ("tflite-micro",),
}


def version_of(distribution: str) -> str | None:
    """Returns the installed version of a distribution, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def versions(backend: str = "tensorflow", format_name: str = "") -> dict[str, str]:
    """Returns name -> version of Python, the platform and every distribution installed.

    Args:
        backend: Keras backend of a run; one beside TensorFlow is among them.
        format_name: What files are written in; what only this format needs is, too.
    """
    names = dict.fromkeys((*DISTRIBUTIONS, *ALSO.get(backend, ()), *ALSO.get(format_name, ())))
    found = {name: version for name in names if (version := version_of(name))}
    return {"python": sys.version.split()[0], "platform": platform.platform()} | found
