"""What the driver and a worker elsewhere must have alike, so that results compare."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from automl.versions import version_of

#: Distributions that decide what is computed, beside the backend's own.
_DISTRIBUTIONS = ("automl", "keras", "keras-tuner")


@dataclass(frozen=True)
class Identity:
    """Who a worker is.

    Attributes:
        versions: Name -> version of what computes.
        node: Ray's name of the node it is on.
        host: That node's name on the network.
    """

    versions: dict[str, str]
    node: str
    host: str


def identity(backend: str, node: str = "", host: str = "") -> Identity:
    """Returns what this process is made of.

    Args:
        backend: Keras backend that trains.
        node: Ray's name of the node.
        host: Its name on the network.
    """
    found = {name: version_of(name) or "none" for name in (*_DISTRIBUTIONS, backend)}
    python = ".".join(platform.python_version_tuple()[:2])
    return Identity({"python": python} | found, node, host)


def disagreement(here: Identity, there: Identity) -> str:
    """Returns in one line what differs and what to do; ``""`` if nothing does."""
    differing = [
        f"{name} {there.versions.get(name, 'none')} (here {version})"
        for name, version in here.versions.items()
        if there.versions.get(name, "none") != version
    ]
    if not differing:
        return ""
    return (
        "--ray needs the same versions on every node, for results that compare. Received on"
        f" {there.host}: {', '.join(differing)}. Install the same there."
    )
