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


def version_of(distribution: str) -> str | None:
    """Returns the installed version of a distribution, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    """Returns name -> version of Python, the platform and every distribution installed."""
    found = {name: version for name in DISTRIBUTIONS if (version := version_of(name))}
    return {"python": sys.version.split()[0], "platform": platform.platform()} | found
