"""The other process: reads a job from a folder, treats the model, writes its weights there.

``python -m automl.compression.tfmot.process FOLDER...``, started by `running`. A
folder holds ``job.json``, ``weights.npz`` and ``data.npz``; what comes out is
``result.npz`` and ``result.json``, with an ``error`` where a layer is refused.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main(folders: list[Path]) -> None:
    """Does the jobs of some folders, one after another."""
    # Read by TensorFlow when it is imported.
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import numpy as np
    import tensorflow as tf
    import tf_keras

    from automl.compression.tfmot.layers import UnmappedError

    # It fuses convolution, bias and tanh into an operation that CPUs do not have.
    tf.config.optimizer.set_experimental_options({"remapping": False})
    for folder in folders:
        tf_keras.backend.clear_session()
        job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        result: dict[str, Any]
        try:
            values, result = _done(job, folder)
            np.savez(folder / "result.npz", **values)
        except UnmappedError as error:
            result = {"error": str(error)}
        except Exception as error:  # One job's failure is not that of the next.
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            result = {"error": f"TFMOT failed: {lines[0] if lines else repr(error)}"}
        (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def _done(job: dict[str, Any], folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the arrays that the job asks for, and facts about them."""
    import numpy as np
    import tf_keras

    from automl.compression.tfmot.building import build, weights_back

    tf_keras.utils.set_random_seed(job.get("seed", 0))
    with np.load(folder / "weights.npz") as held:
        weights = {key: held[key] for key in held.files}
    with np.load(folder / "data.npz") as held:
        data = {key: held[key] for key in held.files}
    split = job["step"] == "qat"
    model = build(job["model"], weights, split=split)
    if job["step"] == "outputs":
        return {"outputs": np.asarray(model.predict(data["x"], verbose=0))}, {}
    from automl.compression.tfmot.treating import treat

    treated = treat(model, job, data)
    return weights_back(treated, job["model"]), {"treated": job["step"]}


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]])
