"""The child process: reads jobs, one JSON line each, and answers in kind.

Started as ``python -m automl.execution.worker RUN IN_FD OUT_FD PLACE``, the last a
`Place` in JSON, to whose cores it keeps. It shares no memory with the driver, so a
crash in a converter or a kernel costs one job. It ends when the driver does, however
that ended: a thread watches the pipe.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from automl.execution.backends import compiled_folder, start_backend
from automl.execution.context import JobContext
from automl.execution.failures import described
from automl.execution.limits import with_deadline, with_reason
from automl.execution.memory import release
from automl.execution.places import Place


def main(run: str, in_fd: str | int, out_fd: str | int, place: str = "{}") -> None:
    """Serves jobs until the driver closes the pipe.

    Args:
        run: The run's folder.
        in_fd: Descriptor that jobs come from.
        out_fd: Descriptor that answers go to.
        place: Where it runs and which jobs it takes, as `Place.to_json` wrote it.
    """
    started = time.perf_counter()
    here = Place.from_json(place)
    _pin(here.cores)
    # A crash in a kernel leaves a Python traceback in the log.
    faulthandler.enable()
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    answers = os.fdopen(int(out_fd), "w", buffering=1, encoding="utf-8")
    threading.Thread(target=_read, args=(int(in_fd), requests), daemon=True).start()

    import psutil

    from automl.execution.jobs import run_job

    start_backend(compiled_folder())
    # What was imported stays: it need not be looked through after every job.
    gc.collect()
    gc.freeze()
    context = JobContext(Path(run), emit=lambda message: None)
    seconds = time.perf_counter() - started
    _send(answers, {"event": "ready", "seconds": seconds, "place": here.to_json()})
    while True:
        request = requests.get()
        identity, given = request["id"], with_deadline(request["args"])
        context.emit = lambda message, identity=identity: _send(  # type: ignore[misc]
            answers, {"event": "progress", "id": identity, "result": message}
        )
        try:
            result = run_job(request["job"], given, context)
            result = with_reason(result, request["args"], given)
            answer = {"event": "done", "id": identity, "result": result}
        except Exception as error:  # A job may fail in any way; the driver must hear of it.
            answer = {"event": "error", "id": identity, "result": described(error)}
        release()
        answer["rss"] = psutil.Process().memory_info().rss
        _send(answers, answer)


def _pin(cores: tuple[int, ...]) -> None:
    """Keeps to some cores, before a backend counts them; not every system can."""
    if cores and hasattr(os, "sched_setaffinity"):
        # A core may have gone since the driver counted.
        with suppress(OSError):
            os.sched_setaffinity(0, cores)


def _read(in_fd: int, requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    with os.fdopen(in_fd, "r", encoding="utf-8") as lines:
        for line in lines:
            requests.put(json.loads(line))
    # The driver is gone: nobody waits for the job in hand.
    os._exit(0)


def _send(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
