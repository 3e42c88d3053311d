"""Where compressed Keras models are kept: once for each trial and list of steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from automl.compression.steps.base import ModelStep

FOLDER = "models/compressed"


def kept_name(trial: int, steps: Sequence[ModelStep], *, seed: int, epochs: int) -> str:
    """Returns a name that depends on all that a model steps' result depends on.

    Args:
        trial: Number of the trial.
        steps: The steps done so far.
        seed: Seeds the steps.
        epochs: Epochs of the trial, which steps take shares of.
    """
    told: list[Any] = [[step.to_dict() for step in steps], seed, epochs]
    key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:10]
    return f"trial_{trial:05d}_{key}"


def forget(run: Path, trials: Iterable[int]) -> None:
    """Removes the compressed models of all trials but some.

    Args:
        run: The run's folder.
        trials: Numbers of those whose models are still compared with files.
    """
    kept = tuple(f"trial_{number:05d}_" for number in trials)
    for file in (run / FOLDER).glob("trial_*"):
        if not file.name.startswith(kept):
            file.unlink(missing_ok=True)
