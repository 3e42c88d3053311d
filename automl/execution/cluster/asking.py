"""What was asked of a cluster, checked before anything is begun."""

from __future__ import annotations

from automl.errors import UserInputError
from automl.execution.cluster.connecting import check_address
from automl.execution.cluster.resources import read_resources


def check_asked(ray: str, resources: str, storage: str, workers: int | str) -> None:
    """Checks the options that go with a cluster, and that they go with each other.

    Args:
        ray: The cluster; ``""`` for none.
        resources: What a trial takes of it.
        storage: Where files are passed on.
        workers: Processes of this machine.

    Raises:
        UserInputError: If one is wrong, or has nothing to go with.
    """
    if not ray:
        for flag, value in (("--ray-resources", resources), ("--storage", storage)):
            if value:
                raise UserInputError(
                    f"{flag} is for the nodes of a cluster. Received: {value!r} without --ray."
                    " Give --ray local, auto or an address, too."
                )
        return
    check_address(ray)
    if resources:
        read_resources(resources)
    if workers == 0:
        raise UserInputError(
            "--ray trains on other machines, which know only what can be imported there."
            " Received: --workers 0, as for a hypermodel that only this process knows. Give"
            " --workers 1, and put a hypermodel in a module."
        )
