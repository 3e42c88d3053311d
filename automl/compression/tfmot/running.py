"""Starts the other process and brings back what it made."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.errors import CompressionError, MissingPartError
from automl.programs import run_program

if TYPE_CHECKING:
    import keras
    import numpy as np

    from automl.compression.steps.base import StepContext

#: Seconds that a treatment may take when nothing else bounds it.
_LONGEST = 3600.0
#: Seconds that the process gets to start and write, beyond a deadline.
_START = 60.0


class RefusedError(CompressionError):
    """TFMOT, or the way to it, refuses a model; the message names the layer."""


def is_installed() -> bool:
    """Returns whether TFMOT and tf_keras can be imported; imports neither."""
    return all(
        importlib.util.find_spec(name) for name in ("tensorflow_model_optimization", "tf_keras")
    )


def outputs_there(
    models: Sequence[tuple[keras.Model, np.ndarray]], folder: Path
) -> list[np.ndarray | RefusedError]:
    """Returns what models put out in tf_keras, or why they cannot be built there.

    Args:
        models: Functional Keras 3 models, and inputs of each, count x shape.
        folder: An empty folder.

    Raises:
        MissingPartError: If TFMOT is not installed.
    """
    folders = [folder / str(number) for number in range(len(models))]
    for each, (model, x) in zip(folders, models, strict=True):
        _write({"step": "outputs"}, model, {"x": x}, each)
    said = _process(folders, _LONGEST)
    found: list[np.ndarray | RefusedError] = []
    for each in folders:
        try:
            found.append(_read(each, said)["outputs"])
        except RefusedError as error:
            found.append(error)
    return found


def treat_there(
    model: keras.Model, context: StepContext, step: str, *, rate: float, least: int, **job: Any
) -> None:
    """Treats a model by TFMOT and puts the weights that come back into it.

    It trains with Adam at a constant rate and without augmentation.

    Args:
        model: A functional Keras 3 model; it is changed.
        context: Data, seed, time, and a folder to work in.
        step: ``"prune"``, ``"cluster"`` or ``"qat"``.
        rate: Factor on the trial's learning rate.
        least: Kernels of fewer weights may be left alone.
        job: ``options`` of the step and ``epochs``.

    Raises:
        MissingPartError: If TFMOT is not installed.
        RefusedError: If it does not take the model.
    """
    import numpy as np

    from automl.compression.tfmot.describing import put_weights
    from search_spaces.training.compiling import loss_of

    train, held = context.train, context.validation
    data = {"x": np.asarray(train.x), "y": np.asarray(train.y)}
    data |= {"vx": np.asarray(held.x), "vy": np.asarray(held.y)}
    if train.weights is not None:
        data["weights"] = train.weights
    whole = {
        **job,
        "step": step,
        "seed": context.seed,
        "least": least,
        "loss": loss_of(context.signature, soft=False)[0],
        # The rate of Adam, whatever the trial's own optimizer has.
        "rate": rate * min(context.training.learning_rate, 5e-3),
        "batch_size": context.training.batch_size,
    }
    folder = context.work / f"tfmot_{step}"
    _write(whole, model, data, folder)
    deadline = context.deadline
    left = _LONGEST if deadline is None else max(0.0, deadline - time.time()) + _START
    put_weights(model, _read(folder, _process([folder], left)))


def _write(
    job: dict[str, Any], model: keras.Model, data: dict[str, np.ndarray], folder: Path
) -> None:
    """Writes what the other process reads."""
    import numpy as np

    from automl.compression.tfmot.describing import describe, weights_of

    if not is_installed():
        raise MissingPartError(
            "TFMOT needs tensorflow-model-optimization and tf_keras: pip install 'automl[tfmot]'."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.json").write_text(json.dumps(job | {"model": describe(model)}), "utf-8")
    for name, arrays in (("weights", weights_of(model)), ("data", data)):
        named: dict[str, Any] = dict(arrays)
        np.savez(folder / f"{name}.npz", **named)


def _read(folder: Path, said: str) -> dict[str, np.ndarray]:
    """Returns what the other process wrote.

    Args:
        folder: Of one job.
        said: What the process said, for its message where it wrote nothing.

    Raises:
        RefusedError: If it refused the model, or failed.
    """
    import numpy as np

    result = folder / "result.json"
    if not result.exists():
        lines = [line for line in said.splitlines() if line.strip()]
        raise RefusedError(f"TFMOT failed: {lines[-1] if lines else 'it said nothing'}")
    facts = json.loads(result.read_text(encoding="utf-8"))
    if "error" in facts:
        raise RefusedError(facts["error"])
    with np.load(folder / "result.npz") as held:
        return {key: held[key] for key in held.files}


def _process(folders: list[Path], seconds: float) -> str:
    """Lets the other process do the jobs of some folders; returns what it said."""
    module = "automl.compression.tfmot.process"
    try:
        done = run_program(
            [sys.executable, "-m", module, *folders],
            seconds=seconds,
            environment=os.environ | {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
    except subprocess.TimeoutExpired as error:
        raise CompressionError(f"TFMOT was not done after {seconds:.0f} s.") from error
    return done.stderr
