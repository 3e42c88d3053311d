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
    """Returns a function that gives every weight of a model a random value.

    Fresh layers have zero biases and unit scales, which hide wrong rewrites.
    """

    def fill(model: Any, seed: int = 0) -> Any:
        rng = np.random.default_rng(seed)
        for weight in model.weights:
            kind = np.dtype(weight.dtype).kind if weight.dtype != "bfloat16" else "f"
            if kind != "f":
                continue
            if any(name in weight.path for name in ("variance", "gamma", "scale")):
                value = rng.uniform(0.5, 1.5, weight.shape)
            else:
                fan = max(1, int(np.prod(weight.shape[:-1]))) if len(weight.shape) > 1 else 16
                value = rng.normal(0, 1 / np.sqrt(fan), weight.shape)
            weight.assign(value.astype("float32"))
        return model

    return fill


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
