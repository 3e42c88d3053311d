"""Makes the executor of a search on a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from automl.config import SearchConfig
from automl.execution.cluster.connecting import check_ray, connect
from automl.execution.cluster.executor import RayExecutor
from automl.execution.cluster.post import Post
from automl.execution.cluster.ray_post import RayPost
from automl.execution.cluster.sharing import place_on_node, resources_for
from automl.execution.cluster.storage_post import StoragePost
from automl.execution.machine import this_machine
from automl.execution.places import OTHERS, Place
from automl.execution.planning import shares, thread_variables, worker_count
from automl.hardware.environment import without_devices


def make_ray_executor(
    config: SearchConfig, folder: Path, note: Callable[[str], None] = lambda text: None
) -> RayExecutor:
    """Connects to a cluster and returns what runs the jobs of a search there, to be closed.

    Args:
        config: What to search; its `ray` names the cluster.
        folder: The run's folder.
        note: Hears how much the cluster has room for.

    Raises:
        MissingPartError: If Ray, or what opens the storage, is not installed.
        UserInputError: If the cluster or the storage cannot be used.
    """
    check_ray()
    post = _post(config.storage)
    machine = this_machine()
    count, why = worker_count(config.workers, machine)
    if why:
        note(why)
    # They gate, convert and verify; what trains is elsewhere.
    places = [
        Place("tensorflow", (OTHERS,), cores, thread_variables(len(cores)) + without_devices(""))
        for cores in shares(machine.cores, count)
    ]
    cluster = connect(config.ray, len(machine.cores))
    try:
        resources = resources_for(config, cluster.nodes().values())
        place = place_on_node(config.backend, resources)
        return RayExecutor(folder, places, cluster, resources, place, post, note=note)
    except BaseException:
        cluster.close()
        raise


def _post(storage: str) -> Post:
    if not storage:
        return RayPost()
    post = StoragePost(storage)
    post.check()
    return post
