"""Neural architecture search for Keras that ends in files people ship.

    import automl
    run = automl.search("digits", max_size="50kB", time="2m")
    run.best, run.pareto, run.artifacts

Importing this module imports neither Keras nor a backend.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl.api import load_run, search
    from automl.config import Constraints, SearchConfig
    from automl.run import Run, list_runs
    from automl.tuning.observer import Observer, Progress
    from automl.types import Artifact, Choice, Measures, Trial, TrialState, Verification

__version__ = "0.1.0"

_HOMES = {
    "Artifact": "automl.types",
    "Choice": "automl.types",
    "Constraints": "automl.config",
    "Measures": "automl.types",
    "Observer": "automl.tuning.observer",
    "Progress": "automl.tuning.observer",
    "Run": "automl.run",
    "SearchConfig": "automl.config",
    "Trial": "automl.types",
    "TrialState": "automl.types",
    "Verification": "automl.types",
    "list_runs": "automl.run",
    "load_run": "automl.api",
    "search": "automl.api",
}

__all__ = [
    "Artifact",
    "Choice",
    "Constraints",
    "Measures",
    "Observer",
    "Progress",
    "Run",
    "SearchConfig",
    "Trial",
    "TrialState",
    "Verification",
    "__version__",
    "list_runs",
    "load_run",
    "search",
    "search_spaces",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    if name == "search_spaces":
        return importlib.import_module("search_spaces")
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'automl' has no attribute {name!r}")
