"""A worker on a node of the cluster, as the executor sees it."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from automl.errors import UserInputError
from automl.execution.cluster.agreement import Identity, disagreement, identity
from automl.execution.cluster.host import Message
from automl.execution.cluster.node_data import SentData
from automl.execution.cluster.post import Post
from automl.execution.failures import described
from automl.execution.job_files import JobFiles, files_of
from automl.execution.links import Link, Said, Task
from automl.execution.places import Place
from automl.records.disk import is_disk_full

#: Seconds for which a host waits for something to happen before it says that nothing did.
POLL = 10.0
#: Seconds in which a host that is let go tidies up.
FAREWELL = 3.0


class RemoteWorker(Link):
    """A host on some node, and a thread here that talks to it.

    Args:
        actor: The host.
        place: What it is for.
        run: The run's folder, which files that come back are put into.
        post: Brings files and takes them away.
        data: Sends the run's data, if that was not done.
        events: Where everything that the worker says goes.

    Attributes:
        identity: Who it is, once it has been heard of.
        refused: Why it is given no jobs; ``""`` if it is.
        blameless: Whether it ended for no fault of its job: its node is gone.
        hopeless: Why no worker can do any job of this run; ``""`` if that is not known.
    """

    def __init__(
        self,
        actor: Any,
        place: Place,
        run: Path,
        post: Post,
        data: Callable[[], SentData],
        events: queue.SimpleQueue[Said],
    ) -> None:
        super().__init__(events, place)
        self.identity: Identity | None = None
        self.refused = ""
        self.blameless = False
        self.hopeless = ""
        self._actor, self._run, self._post, self._data = actor, run, post, data
        self._cause = "the worker on the cluster was ended."
        self._requests: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._stopped = False
        threading.Thread(target=self._live, daemon=True).start()

    def take(self, task: Task) -> None:
        """Hands over a job; the thread sends it."""
        self.task, self.served = task, True
        task.attempts += 1
        self._requests.put(task)

    @property
    def ends(self) -> float:
        """Never: the host on the node keeps the time, from when the data is there."""
        return math.inf

    def stop(self) -> None:
        """Ends the host and its worker."""
        import ray

        if self._stopped:
            return
        self._stopped = True
        self._requests.put(None)
        with suppress(Exception):
            ray.kill(self._actor)

    def leave(self) -> None:
        """Asks the host to tidy up; `stop` ends it, ready or not."""
        with suppress(Exception):
            self._farewell = self._actor.close.remote()

    def left(self, until: float) -> None:
        """Waits for that, up to a time of `time.monotonic`."""
        import ray

        if (farewell := getattr(self, "_farewell", None)) is not None:
            with suppress(Exception):
                ray.get(farewell, timeout=max(0.0, until - time.monotonic()))

    def death(self) -> tuple[str, str]:
        """Returns how the worker ended, in words."""
        return self._cause, ""

    # In the thread.

    def _live(self) -> None:
        import ray

        try:
            self.identity = ray.get(self._actor.greet.remote())
            self.refused = disagreement(identity(self.place.backend), self.identity)
            if not self.refused:
                self._actor.prepare.remote()
            self._say({"event": "ready", "place": self.place.to_json()})
            while (task := self._requests.get()) is not None:
                try:
                    self._serve(task)
                except OSError as error:
                    if not is_disk_full(error):
                        raise
                    # This machine's disk: the executor ends the search for it.
                    self._say({"event": "error", "id": task.job, "result": described(error)})
        except Exception as error:  # Ray's own errors, a full disk here: all end the worker.
            self._explain(error)
            self._events.put((self, None))

    def _serve(self, task: Task) -> None:
        """Has a job done and puts in place what it left."""
        import ray

        files = files_of(task.name, task.args, self._run)
        sent = {name: self._post.send(path) for name, path in files.reads.items()}
        request = (task.name, files.args, files.writes, time.time())
        call = self._actor.begin.remote(task.job, request, self._data(), sent)
        while not self._stopped:
            for message in ray.get(call):
                if self._delivered(message, files):
                    for parcel in sent.values():
                        self._post.discard(parcel)
                    return
            call = self._actor.events.remote(POLL)

    def _delivered(self, message: Message, files: JobFiles) -> bool:
        """Passes a message on, its files first; returns whether it was the job's last."""
        said, parcels = message
        for name, parcel in parcels.items():
            # A worker may leave what its job may, nothing else.
            if name in files.writes:
                self._post.receive(parcel, self._run / name)
                self._post.discard(parcel)
        self._say(said)
        return bool(said["event"] != "progress")

    def _say(self, message: dict[str, Any]) -> None:
        self._events.put((self, message))

    def _explain(self, error: Exception) -> None:
        """Says how the worker ended, and whether its job may be to blame."""
        name, text = type(error).__name__, " ".join(str(error).split())
        node = self.identity.host if self.identity else "the cluster"
        if isinstance(error, UserInputError):
            self.hopeless = str(error)
        elif "OutOfMemory" in name or "OutOfMemory" in text or "low on memory" in text:
            self._cause = f"the worker on {node} was ended for want of memory (by Ray)."
        elif "No module named 'automl'" in text:
            self.hopeless = (
                "--ray needs automl on every node. A worker could not import it: pip install"
                " automl there, in the same version."
            )
        elif "creation task" in text:
            # Ray gives the whole traceback; its last line says what it was.
            self._cause = f"it could not be begun there ({str(error).strip().splitlines()[-1]})."
        elif name in ("ActorDiedError", "ActorUnavailableError", "OwnerDiedError", "NodeDiedError"):
            # A host runs nothing of the job itself: what ends it comes from outside.
            self.blameless = True
            self._cause = f"the worker on {node}, or its node, is gone ({text[:200]})."
        else:
            self._cause = f"the worker on {node} ended ({name}: {text[:200]})."
