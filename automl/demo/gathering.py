"""A worker's job: a few test examples of a run and what its Keras model says of them."""

from __future__ import annotations

from typing import Any

from automl.demo.samples import choose, write_samples
from automl.execution.context import JobContext

#: Import path by which an executor finds this job.
JOB = __name__
#: Examples shown; of forecasts and anomalies fewer, as each takes room.
MOST = 10
#: Examples from which strokes are measured.
_MEASURED = 300


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Writes samples.

    Args:
        args: ``model_file``, inside the run's folder, and ``folder``, where to
            write; it exists.
        context: Where the data is.

    Returns:
        ``samples``, how many there are, and ``drawing``, what drawings must be
        like to look like the data; None where nothing is drawn.
    """
    from pathlib import Path

    import numpy as np

    from automl.demo.drawing import drawing_of
    from automl.execution.model_outputs import outputs_of
    from automl.execution.models import load_model
    from automl.preprocessing.base import part_from

    x, y = context.split("test")
    data = context.summary
    front = part_from(data.front)
    rows = choose(y, MOST, by_class=data.target.kind == "class")
    dtype = data.input.dtype if front is None else front.raw_dtype
    chosen = np.asarray(x[rows]).astype(dtype)
    outputs = outputs_of(load_model(context.run / args["model_file"]), chosen)
    count = write_samples(
        Path(args["folder"]),
        chosen,
        y[rows],
        outputs,
        target=data.target,
        encoder=data.encoder,
    )
    measured = choose(y, _MEASURED, by_class=False)
    return {"samples": count, "drawing": drawing_of(np.asarray(x[measured]), data)}
