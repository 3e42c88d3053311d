"""The executor that trains on a Ray cluster, and does everything else on this machine.

What is measured of a file, its latency above all, is measured where the search was
begun; only trainings go to the cluster. How many are open follows what the cluster has.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from automl.errors import UserInputError, WorkerDiedError
from automl.execution.base import EventKind, JobEvent
from automl.execution.cluster.connecting import Cluster
from automl.execution.cluster.host import Host
from automl.execution.cluster.node_data import SentData, send_data
from automl.execution.cluster.post import Post
from automl.execution.cluster.remote import FAREWELL, RemoteWorker
from automl.execution.cluster.resources import Resources
from automl.execution.limits import LEAST_GRACE
from automl.execution.links import WORKER, Link
from automl.execution.places import Place
from automl.execution.processes import ProcessExecutor
from automl.units import format_duration

#: Seconds between two looks at the cluster.
LOOK = 2.0
#: Seconds without any worker after which a search ends, to be gone on with.
PATIENCE = 600.0
#: Nodes that may go in the middle of one job before that is held to be its fault.
MOST_NODES = 10
#: Workers in a row that end before they are ready.
MOST_STILLBORN = 3
#: One more trial is open for each so many workers: it is measured while they train.
AHEAD = 8


class RayExecutor(ProcessExecutor):
    """Runs trainings on the nodes of a cluster, other jobs in processes here.

    Args:
        run: The run's folder.
        places: Where the processes of this machine run; none of them trains.
        cluster: Where trainings run; closed with the executor.
        resources: What a training takes.
        place: What a worker of the cluster is for.
        post: Brings files and takes them away.
        note: Hears what a person should know.
        module: What a worker process runs.
    """

    def __init__(
        self,
        run: Path,
        places: Sequence[Place],
        cluster: Cluster,
        resources: Resources,
        place: Place,
        post: Post,
        *,
        note: Callable[[str], None] = lambda text: None,
        module: str = WORKER,
    ) -> None:
        self._cluster, self._resources, self._place = cluster, resources, place
        self._post, self._note = post, note
        self._remote: list[RemoteWorker] = []
        self._pending: list[RemoteWorker] = []
        self._sent: SentData | None = None
        self._sending = threading.Lock()
        self._looked = self._alone_since = time.monotonic()
        self._stillborn = 0
        self._resting = False
        super().__init__(run, places, module=module)
        self._tell_of_cluster()
        self._tend()

    @property
    def trials_at_once(self) -> int:
        """Workers that train, and some more, so that the next are measured then."""
        count = sum(not worker.refused for worker in self._remote)
        return max(1, count + (max(1, count // AHEAD) if self._workers else 0))

    def next_event(self, timeout: float | None = None) -> JobEvent | None:
        """Waits for the next event of any job, and looks after the cluster.

        Raises:
            DiskFullError: If a worker could not write for want of space.
            UserInputError: If workers are made of other versions.
            WorkerDiedError: If no node can be had.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            if time.monotonic() - self._looked >= LOOK:
                self._tend()
            if event := self._too_late():
                return event
            left = LOOK if end is None else min(LOOK, max(0.0, end - time.monotonic()))
            event = super().next_event(left)
            if event is not None or (end is not None and time.monotonic() >= end):
                return event

    def submit(self, name: str, args: dict[str, Any]) -> int:
        """Hands over a job; it starts as soon as a worker is free."""
        if self._place.serves(name):
            self._hire_again()
        elif name != "gate":
            self._release()
        return super().submit(name, args)

    def close(self) -> None:
        """Ends the workers, here and there."""
        self._let_go([*self._remote, *self._pending])
        super().close()
        self._post.close()
        self._cluster.close()

    def nodes_of_workers(self) -> list[str]:
        """Returns the node of each worker that is ready."""
        return [worker.identity.node for worker in self._remote if worker.identity]

    # The cluster.

    def _tell_of_cluster(self) -> None:
        nodes = self._cluster.nodes()
        count = sum(self._resources.fit(node) for node in nodes.values())
        if count:
            self._note(
                f"Ray: {len(nodes)} node(s), room for {count} trial(s) at once"
                f" ({self._resources} each)."
            )
            return
        shown = "; ".join(sorted({_shown(node) for node in nodes.values()}))
        text = f"No node of the Ray cluster has {self._resources} (there are: {shown})"
        if not self._cluster.grows:
            super().close()
            raise UserInputError(f"{text}. Ask for less with --ray-resources.")
        self._note(f"{text}. Waiting for one.")

    def _tend(self) -> None:
        """Has as many workers as the cluster has room for, and on a large one's way to more."""
        self._looked = time.monotonic()
        if self._resting:
            return
        if self._remote:
            self._alone_since = self._looked
        elif self._looked - self._alone_since > PATIENCE:
            raise WorkerDiedError(
                f"No node of the Ray cluster gave {self._resources} for"
                f" {format_duration(PATIENCE)}. Everything finished is kept; the same command"
                " goes on when there is one."
            )
        room = sum(self._resources.fit(node) for node in self._cluster.nodes().values())
        # One that waits takes the next node at once, and tells an autoscaler to add one.
        wanted = room + self._cluster.grows
        while len(self._pending) + len(self._remote) < wanted:
            self._pending.append(self._hire())
        while self._pending and len(self._pending) + len(self._remote) > wanted:
            self._pending.pop().stop()

    def _hire(self) -> RemoteWorker:
        import ray

        options = {**self._resources.options, "max_restarts": 0}
        actor = (
            ray.remote(Host)
            .options(**options)
            .remote(self._place.to_json(), self._post, _own_paths(), self._module)
        )
        return RemoteWorker(actor, self._place, self._run, self._post, self._data, self._events)

    def _data(self) -> SentData:
        """Returns the run's data, sent once; is asked by the workers' threads."""
        with self._sending:
            if self._sent is None:
                self._sent = send_data(self._run, self._post)
            return self._sent

    def _release(self) -> None:
        """Gives the cluster back when nothing is trained any more: others may want it."""
        if any(worker.task for worker in self._remote):
            return
        self._let_go([*self._remote, *self._pending])
        self._remote, self._pending = [], []
        self._resting = True

    def _hire_again(self) -> None:
        if self._resting:
            self._resting = False
            self._alone_since = time.monotonic()
            self._tend()

    def _let_go(self, workers: Sequence[RemoteWorker]) -> None:
        ready = [worker for worker in workers if worker.ready and worker.task is None]
        for worker in ready:
            worker.leave()
        until = time.monotonic() + FAREWELL
        for worker in ready:
            worker.left(until)
        for worker in workers:
            worker.stop()

    # What workers say.

    def _links(self) -> Sequence[Link]:
        return [*super()._links(), *(w for w in self._remote if not w.refused)]

    def _serves(self, name: str) -> bool:
        return self._place.serves(name) or super()._serves(name)

    def _heard(self, link: Link, message: dict[str, Any]) -> JobEvent | None:
        if not isinstance(link, RemoteWorker) or message["event"] != "ready":
            return super()._heard(link, message)
        if link not in self._pending:
            return None  # Let go meanwhile.
        self._pending.remove(link)
        self._stillborn = 0
        if link.refused and not any(not worker.refused for worker in self._remote):
            link.stop()
            raise UserInputError(link.refused)
        if link.refused:
            # It keeps its place, idle: another would be put there and be refused again.
            self._note(link.refused)
        self._remote.append(link)
        link.started()
        return None

    def _ended(self, link: Link) -> JobEvent | None:
        if not isinstance(link, RemoteWorker):
            return super()._ended(link)
        if link not in self._pending and link not in self._remote:
            return None  # Stopped on purpose.
        if link.hopeless:
            raise UserInputError(link.hopeless)
        if link in self._pending:
            self._pending.remove(link)
            self._never_came(link)
            return None
        task, (cause, _) = link.task, link.death()
        self._replace(link)
        if task is None:
            return None
        if link.blameless and task.attempts < MOST_NODES:
            self._waiting.appendleft(task)
            return None
        return JobEvent(task.job, EventKind.DIED, {"message": cause, "traceback": ""})

    def _never_came(self, link: RemoteWorker) -> None:
        self._stillborn += 1
        if self._stillborn >= MOST_STILLBORN and not self._remote:
            raise WorkerDiedError(f"No worker can be run on the Ray cluster: {link.death()[0]}")

    def _replace(self, link: Link) -> None:
        if not isinstance(link, RemoteWorker):
            super()._replace(link)
            return
        link.stop()
        self._remote.remove(link)

    def _too_late(self) -> JobEvent | None:
        """Ends a job that no worker took up before its time was over."""
        if self._remote:
            return None
        for task in self._waiting:
            deadline = task.args.get("deadline") if self._place.serves(task.name) else None
            if deadline is not None and time.time() > deadline + LEAST_GRACE:
                self._waiting.remove(task)
                text = "the time was up before a node of the Ray cluster could be had."
                result = {"message": text, "traceback": "", "timed_out": True}
                return JobEvent(task.job, EventKind.DIED, result)
        return None


def _own_paths() -> list[str]:
    """Returns the folders that modules come from, but for those of the installation."""
    installed = (sys.prefix, sys.base_prefix)
    return [path for path in sys.path if path and not path.startswith(installed)]


def _shown(node: dict[str, float]) -> str:
    hidden = ("node:", "object_store_memory", "memory", "accelerator_type:")
    known = {name: n for name, n in node.items() if not name.startswith(hidden)}
    return ", ".join(f"{name.lower()}={n:g}" for name, n in sorted(known.items())) or "nothing"
