"""The way into a Ray cluster: quick to fail, quiet, and calling nobody else."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from automl.errors import AutomlError, MissingPartError, UserInputError

#: What stands for a cluster of this machine alone, and for one that runs on it already.
LOCAL, AUTO = "local", "auto"
CLIENT = "ray://"
#: Seconds until a machine that is there has answered.
ANSWER = 5.0
#: Seconds until a cluster that is there has let us in. One that begins takes 15 on a busy machine.
ENTRY = 60.0
_SETTINGS = {
    # Nothing is told to anybody.
    "RAY_USAGE_STATS_ENABLED": "0",
    # What Ray has to say of itself is in its own logs: progress must stay readable, and
    # nothing but results goes to the standard output.
    "RAY_SCHEDULER_EVENTS": "0",
    "RAY_DEDUP_LOGS": "0",
    # Which devices a worker sees without a GPU of its own is for its place to say.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


@dataclass(frozen=True)
class Cluster:
    """A cluster that we are connected to.

    Attributes:
        address: As it was asked for.
        ours: Whether the connection ends with us; a program that embeds the search may
            have one of its own.
    """

    address: str
    ours: bool

    @property
    def grows(self) -> bool:
        """Whether nodes may join."""
        return self.address != LOCAL

    def nodes(self) -> dict[str, dict[str, float]]:
        """Returns node -> resources of the nodes that are alive."""
        return {node["NodeID"]: node["Resources"] for node in _nodes() if node["Alive"]}

    def close(self) -> None:
        """Leaves the cluster; one that was begun for us ends."""
        import ray

        if self.ours:
            ray.shutdown()


def check_ray() -> None:
    """Checks that Ray can be imported, without doing so.

    Raises:
        MissingPartError: If it is not installed.
    """
    found = find_spec("ray")
    if found is None or found.origin is None:  # A mere folder of that name has no origin.
        raise MissingPartError(
            "--ray needs Ray, which is not installed. Install it with: pip install 'automl[ray]'"
        )


def check_address(address: str) -> None:
    """Checks that an address can be one.

    Raises:
        UserInputError: If not.
    """
    if address not in (LOCAL, AUTO) and _host_and_port(address) is None:
        raise UserInputError(
            "--ray is local (this machine), auto (the cluster that this machine is in), HOST:PORT"
            f" or ray://HOST:PORT. Received: {address!r}."
        )


def look(address: str) -> None:
    """Checks what can be seen of a cluster in seconds, before Ray is even imported.

    Raises:
        MissingPartError: If Ray is not installed.
        UserInputError: If nothing answers there.
    """
    check_ray()
    check_address(address)
    wanted = os.environ.get("RAY_ADDRESS", "") if address == AUTO else address
    if _host_and_port(wanted) is not None:
        _check_answers(wanted)


def connect(address: str, cores: int) -> Cluster:
    """Connects to a cluster, or begins one on this machine.

    Args:
        address: `LOCAL`, `AUTO`, ``HOST:PORT`` of a cluster that this machine is in, or
            ``ray://HOST:PORT`` of one that it is not in.
        cores: CPUs of a cluster that is begun.

    Raises:
        MissingPartError: If Ray is not installed.
        UserInputError: If there is no cluster there, or one of other versions.
    """
    look(address)
    os.environ.update(_SETTINGS)
    if address.startswith(CLIENT) and _has_token():
        # A node of the cluster shows it by itself, a client only if it is told to.
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    import ray

    if ray.is_initialized():
        return Cluster(address, ours=False)
    _silence()
    options: dict[str, Any] = {
        "address": address,
        "log_to_driver": False,
        "logging_level": logging.CRITICAL,
    }
    if address == LOCAL:
        options |= {"num_cpus": cores, "include_dashboard": False}
        # The processes of a cluster that is begun end with the thread that began them.
        error = next(iter(_enter(options)), None)
    else:
        error = _within(ENTRY, options)
    if error is not None:
        raise _refused(address, error) from error
    return Cluster(address, ours=True)


def _has_token() -> bool:
    """Returns whether there is a token by which nodes of a cluster know each other."""
    named = os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH")
    return bool(named) or (Path.home() / ".ray" / "auth_token").is_file()


def _silence() -> None:
    """Keeps Ray from printing what nodes say: it does, on the standard output, even unasked."""
    from ray._private import worker

    # An attribute that another version does not have is set in vain.
    worker._worker_logs_enabled = False


def _nodes() -> list[dict[str, Any]]:
    import ray

    found: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    return found


def _within(seconds: float, options: Mapping[str, Any]) -> Exception | None:
    """Enters a cluster; returns what came in between.

    Ray tries an address again and again, for minutes.
    """
    failed: list[Exception] = []
    thread = threading.Thread(target=lambda: failed.extend(_enter(options)), daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        return TimeoutError(f"it did not let us in within {seconds:.0f} s")
    return failed[0] if failed else None


def _enter(options: Mapping[str, Any]) -> list[Exception]:
    import ray

    try:
        ray.init(**options)
    except Exception as error:  # Whatever it is, it is told by who waits.
        return [error]
    return []


def _refused(address: str, error: Exception) -> AutomlError:
    text = " ".join(str(error).split()) or type(error).__name__
    if "ersion mismatch" in text:
        return UserInputError(
            f"--ray {address} needs the same Ray and Python on every node. Received: {text[:300]}"
        )
    if address == AUTO and isinstance(error, ConnectionError):
        return UserInputError(
            "--ray auto needs a Ray cluster that runs on this machine. Received: none. Begin one"
            " with: ray start --head (or give --ray local, or its address)"
        )
    if "uthenticat" in text or "oken" in text:
        return UserInputError(
            f"--ray {address} needs the token of the cluster, as its head shows it with: ray"
            f" get-auth-token. Put it into RAY_AUTH_TOKEN. Ray says: {text[:300]}"
        )
    if address == LOCAL:
        return AutomlError(f"Ray cannot be begun on this machine: {text[:300]}")
    hint = " If it asks for a token, put that into RAY_AUTH_TOKEN."
    if not address.startswith(CLIENT):
        hint = (
            " From a machine that is not in the cluster give ray://HOST:10001, or join it with:"
            f" ray start --address={address}"
        )
    return UserInputError(f"--ray {address} cannot be used: {text[:300]}.{hint}")


def _check_answers(address: str) -> None:
    """Looks whether anybody listens, which Ray itself takes minutes to find out."""
    host_and_port = _host_and_port(address)
    try:
        socket.create_connection(host_and_port or ("", 0), timeout=ANSWER).close()
    except OSError as error:
        why = str(error.strerror or error)
        raise UserInputError(
            f"--ray must be the address of a Ray cluster. Received: {address}, where nothing"
            f" answers ({why}). Its head prints the address: ray start --head"
        ) from error


def _host_and_port(address: str) -> tuple[str, int] | None:
    host, _, port = address.removeprefix(CLIENT).rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or "/" in host or not port.isdecimal() or not 0 < int(port) < 2**16:
        return None
    return host, int(port)
