"""The door by which workers of other commands join a run, and those who came in.

The driver listens on a socket of this machine that only the same user can reach:
it is in a folder of its own, closed to others. What goes over it are lines of
JSON, the same as between the driver and its own workers; nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from automl.execution.links import Link, Said
from automl.execution.places import Place

#: Says where the socket is, as a path inside a run's folder may be too long for one.
ADDRESS = "join.json"
_PREFIX = "automl-join-"


class Door:
    """Lets workers in while a run is worked on.

    Args:
        run: The run's folder, in which the address is left.
        admit: Is given each connection.
    """

    def __init__(self, run: Path, admit: Callable[[socket.socket], None]) -> None:
        self._file, self._admit = run / ADDRESS, admit
        _sweep(self._file)
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path = self._folder / "door"
        self._listener.bind(str(path))
        self._listener.listen()
        temporary = self._file.with_suffix(".tmp")
        temporary.write_text(json.dumps({"socket": str(path), "pid": os.getpid()}))
        os.replace(temporary, self._file)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Lets nobody in any more."""
        with suppress(OSError):
            # Wakes the thread that waits; closing alone would not.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._file.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._admit(connection)


class Guest(Link):
    """A worker of another command, at the other end of a connection.

    Args:
        connection: The way to it.
        events: Where everything that the worker says goes.
    """

    def __init__(self, connection: socket.socket, events: queue.SimpleQueue[Said]) -> None:
        super().__init__(events, Place())
        self._connection = connection
        self._jobs = connection.makefile("w", encoding="utf-8")
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        with self._connection.makefile("r", encoding="utf-8") as lines:
            self._listen(lines)

    def stop(self) -> None:
        """Hangs up; whoever started the worker ends it then."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def death(self) -> tuple[str, str]:
        """Returns that it has left: why is known where it was started."""
        return "a worker that had joined left, or died.", ""


def knock(run: Path) -> socket.socket | None:
    """Returns a connection to the command that works on a run; None if none can be joined."""
    address = _address(run / ADDRESS)
    if address is None:
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(address))
    except OSError:
        connection.close()
        return None
    return connection


def _address(file: Path) -> Path | None:
    try:
        path = json.loads(file.read_text(encoding="utf-8"))["socket"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Path(path) if isinstance(path, str) else None


def _sweep(file: Path) -> None:
    """Removes what a command that was killed has left."""
    address = _address(file)
    # The file may say anything: only a folder that is plainly one of ours goes.
    if address is not None and address.parent.name.startswith(_PREFIX):
        with suppress(OSError):
            address.unlink()
            address.parent.rmdir()
    file.unlink(missing_ok=True)
