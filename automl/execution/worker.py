"""The child process: reads jobs, one JSON line each, and answers in kind.

Started as ``python -m automl.execution.worker RUN IN_FD OUT_FD``. It shares no
memory with the driver, so a crash in a converter or a kernel costs one job. It
ends when the driver does, however that ended: a thread watches the pipe.
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
from pathlib import Path
from typing import Any, TextIO

from automl.execution.context import JobContext
from automl.execution.failures import described
from automl.execution.limits import with_deadline, with_reason
from automl.execution.memory import release


def main(run: str, in_fd: int, out_fd: int) -> None:
    """Serves jobs until the driver closes the pipe."""
    started = time.perf_counter()
    # A crash in a kernel leaves a Python traceback in the log.
    faulthandler.enable()
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    answers = os.fdopen(out_fd, "w", buffering=1, encoding="utf-8")
    threading.Thread(target=_read, args=(in_fd, requests), daemon=True).start()

    import psutil

    from automl.execution.jobs import run_job

    _import_backend()
    # What was imported stays: it need not be looked through after every job.
    gc.collect()
    gc.freeze()
    context = JobContext(Path(run), emit=lambda message: None)
    _send(answers, {"event": "ready", "seconds": time.perf_counter() - started})
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


def _read(in_fd: int, requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    with os.fdopen(in_fd, "r", encoding="utf-8") as lines:
        for line in lines:
            requests.put(json.loads(line))
    # The driver is gone: nobody waits for the job in hand.
    os._exit(0)


def _import_backend() -> None:
    import keras  # noqa: F401

    if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow":
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        # Sums whose order depends on the load would make a resumed search drift.
        tf.config.experimental.enable_op_determinism()


def _send(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
