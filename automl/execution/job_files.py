"""Which files a job reads and writes, for a worker that does not see the run's folder.

A job that is given files, or leaves some, is declared here: what is not listed does not
travel. The run's data goes to every worker and is no part of this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Arguments of a training that name files inside the run's folder.
_RESUMED, _WRITTEN = "resume_file", ("model_file", "pause_file", "outputs")
#: One that names a file of another run.
_STARTED_FROM = "start_from"
#: Where a file from outside of the run's folder is put in a worker's.
_OUTSIDE = "given"


@dataclass(frozen=True)
class JobFiles:
    """The files of one job.

    Attributes:
        reads: Name inside the worker's folder -> path here of what it reads.
        writes: Names, inside the run's folder, of what it may leave.
        args: Its arguments, as they are right in the worker's folder.
    """

    reads: dict[str, Path]
    writes: tuple[str, ...]
    args: dict[str, Any]


def files_of(name: str, args: dict[str, Any], run: Path) -> JobFiles:
    """Returns the files of a job.

    Args:
        name: The job, as `automl.execution.jobs.run_job` takes it.
        args: Its arguments.
        run: The run's folder.

    Raises:
        ValueError: If it is a job of which nothing is declared.
    """
    if name not in FILES:
        raise ValueError(f"The files of the job {name!r} are not declared in {__name__}.")
    return FILES[name](args, run)


def travels(name: str) -> bool:
    """Returns whether a job can be done where the run's folder is not seen."""
    return name in FILES


def _of_training(args: dict[str, Any], run: Path) -> JobFiles:
    reads: dict[str, Path] = {}
    if args.get(_RESUMED):
        reads[args[_RESUMED]] = run / args[_RESUMED]
    if args.get(_STARTED_FROM):
        path = Path(args[_STARTED_FROM])
        reads[f"{_OUTSIDE}/{path.name}"] = path
        args = args | {_STARTED_FROM: f"{_OUTSIDE}/{path.name}"}
    return JobFiles(reads, tuple(args[each] for each in _WRITTEN if args.get(each)), args)


#: Job -> what finds its files.
FILES: dict[str, Callable[[dict[str, Any], Path], JobFiles]] = {"train": _of_training}
