"""What a job's failure says of more than the job: no memory, no disk."""

from __future__ import annotations

import re
import traceback
from typing import Any

from automl.records.disk import is_disk_full

#: Where Python's fault handler begins to say what a process was doing when it crashed.
_FATAL = "Fatal Python error: "
_FRAME = re.compile(r'File "([^"]+)", line (\d+) in (\S+)')


def described(error: BaseException) -> dict[str, Any]:
    """Returns an exception in JSON: ``type``, ``message``, ``traceback``, and what it means.

    ``no_memory`` and ``no_disk`` are set where it is that which was missing: then
    the fault may be none of the job's.
    """
    return {
        "type": type(error).__name__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error)),
        "no_memory": is_out_of_memory(error),
        "no_disk": is_disk_full(error),
    }


def is_out_of_memory(error: BaseException) -> bool:
    """Returns whether an allocation failed, as Python, TensorFlow or C++ say it."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return True
    text = str(error)
    return "std::bad_alloc" in text or "OOM when allocating" in text


def crash_report(log: str) -> str:
    """Returns what the fault handler wrote of a crash into a worker's log; ``""`` if nothing."""
    begin = log.rfind(_FATAL)
    if begin < 0:
        return ""
    return log[begin:].partition("\nExtension modules:")[0].strip()


def crash_place(report: str) -> str:
    """Returns where a crash was, in a few words; ``""`` if that is not known."""
    frame = _FRAME.search(report.partition("Current thread")[2])
    if frame is None:
        return ""
    path, line, function = frame.groups()
    return f"in {function}, line {line} of {path.rpartition('/')[2]}"
