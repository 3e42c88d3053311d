"""A worker's host on a node of the cluster: an actor that looks after one worker process.

The process is the same as on the driver's machine, and so is what watches it: limits,
memory, crashes. It has a folder of the node instead of the run's.
"""

from __future__ import annotations

import atexit
import platform
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from automl.errors import DiskFullError
from automl.execution.base import EventKind, JobEvent
from automl.execution.cluster.agreement import Identity, identity
from automl.execution.cluster.node_data import NodeFolder, SentData
from automl.execution.cluster.post import Parcel, Post
from automl.execution.cluster.sharing import on_this_node
from automl.execution.failures import described
from automl.execution.links import WORKER
from automl.execution.places import Place
from automl.execution.processes import ProcessExecutor
from automl.records.disk import is_disk_full

#: What is said of a job, as between any worker and its executor, and the files it left.
Message = tuple[dict[str, Any], dict[str, Parcel]]
#: Clocks further apart than this, in seconds, are told apart from a message's own way.
CLOCKS = 2.0


class Host:
    """Runs one job at a time; every call is answered in seconds.

    Args:
        place: As `Place.to_json` wrote it.
        post: Brings files and takes them away.
        paths: Folders of the driver's from which modules are imported; those that are
            here, too, are looked into last.
        module: What the worker process runs.
    """

    def __init__(
        self, place: str, post: Post, paths: Sequence[str] = (), module: str = WORKER
    ) -> None:
        sys.path += [path for path in paths if path not in sys.path and Path(path).is_dir()]
        self._place = on_this_node(Place.from_json(place))
        self._post, self._module = post, module
        self._folder = NodeFolder()
        atexit.register(self._folder.close)
        self._executor: ProcessExecutor | None = None
        self._job = 0
        self._writes: tuple[str, ...] = ()

    def greet(self) -> Identity:
        """Returns what this worker is made of and where it is."""
        import ray

        node = ray.get_runtime_context().get_node_id()
        return identity(self._place.backend, node, socket.gethostname() or platform.node())

    def prepare(self) -> None:
        """Starts the process, which takes seconds to import its backend."""
        if self._executor is None:
            self._executor = ProcessExecutor(self._folder.run, (self._place,), module=self._module)

    def begin(
        self,
        job: int,
        request: tuple[str, dict[str, Any], tuple[str, ...], float],
        data: SentData,
        files: dict[str, Parcel],
    ) -> list[Message]:
        """Takes up a job, once its files and the data are here.

        Args:
            job: Its number.
            request: Its name and arguments, the files that it may leave, and the time of
                the driver's clock.
            data: The run's data.
            files: Name -> file that it reads.

        Returns:
            What there is to say; nothing, if all is well.
        """
        name, args, self._writes, now = request
        behind = time.time() - now
        self._job = job
        try:
            self._folder.take(data, self._post)
            for file, parcel in files.items():
                self._post.receive(parcel, self._folder.run / file)
            self.prepare()
        except OSError as error:
            if not is_disk_full(error):
                raise  # The way here failed, not the job: another host may fare better.
            return [self._message(EventKind.ERROR, described(error))]
        if args.get("deadline") is not None and abs(behind) > CLOCKS:
            args = args | {"deadline": args["deadline"] + behind}
        if args.get("start_from"):
            args = args | {"start_from": str(self._folder.run / args["start_from"])}
        if self._executor is not None:
            self._executor.submit(name, args)
        return []

    def events(self, seconds: float) -> list[Message]:
        """Returns what happened to the job, within so many seconds if nothing does."""
        if self._executor is None:
            return []
        found: list[Message] = []
        try:
            event = self._executor.next_event(seconds)
            while event is not None:
                found.append(self._told(event))
                event = None if event.final else self._executor.next_event(0.0)
        except DiskFullError as error:
            found.append(self._message(EventKind.ERROR, described(error) | {"no_disk": True}))
        return found

    def close(self) -> None:
        """Ends the worker and leaves the node as it was."""
        if self._executor is not None:
            self._executor.close()
            self._executor = None
        self._folder.close()

    def _told(self, event: JobEvent) -> Message:
        if not event.final:
            return self._message(event.kind, event.result)
        files: dict[str, Parcel] = {}
        for name in self._writes:
            path = self._folder.run / name
            if event.kind is EventKind.DONE and path.is_file():
                files[name] = self._post.send(path)
            path.unlink(missing_ok=True)
        return self._message(event.kind, event.result, files)

    def _message(
        self, kind: EventKind, result: dict[str, Any], files: dict[str, Parcel] | None = None
    ) -> Message:
        return {"event": str(kind), "id": self._job, "result": result}, files or {}
