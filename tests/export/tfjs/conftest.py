"""Models with weights that hide nothing, and the two TF.js runtimes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Randomize = Callable[[Any, int], Any]


@pytest.fixture
def randomize() -> Randomize:
    """Returns a function that gives every weight of a model a random value."""
    from automl.testing.layers import randomize

    return randomize


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that writes a model's files and returns its model.json."""
    from automl.export.tfjs.exporter import TFJSExporter
    from automl.registry import RECIPES

    def write(model: Any, folder: str = "model", stored: str = "float32") -> Path:
        target = tmp_path / folder
        target.mkdir()
        recipe = RECIPES.get(stored)
        return TFJSExporter().export(model, recipe, target, np.zeros((0,), np.float32))

    return write
