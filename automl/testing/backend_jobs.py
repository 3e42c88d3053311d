"""Jobs on the Keras backend of this process, and what they have imported.

``python -m automl.testing.backend_jobs FILE`` reads a list of jobs from a JSON file:
objects with ``run``, a folder that holds data, ``job``, a name, and ``args``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from automl.execution.backends import start_backend
from automl.execution.context import JobContext
from automl.execution.jobs import run_job


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Tells which packages this process has imported, as a job of its own.

    Args:
        args: Nothing.
        context: Not looked at.

    Returns:
        ``packages``, their names, ascending.
    """
    return {"packages": sorted({name.partition(".")[0] for name in sys.modules})}


def main(file: str) -> None:
    """Runs one job after another and prints all results, this module's own last, as JSON."""
    jobs = json.loads(Path(file).read_text(encoding="utf-8"))
    start_backend(Path(file).parent / "compiled")
    results = []
    for each in jobs:
        context = JobContext(Path(each["run"]), emit=lambda message: None)
        results.append(run_job(each["job"], each["args"], context))
    sys.stdout.write(json.dumps([*results, run({}, JobContext(Path(), print))]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
