"""A run's data on a node of a cluster: unpacked once, shared by the workers there.

Whoever uses a folder holds a shared lock on it, which ends with its process however
that ends. What nobody holds is removed by the next that comes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from automl.data.kept import FOLDER, SUMMARY
from automl.errors import UserInputError
from automl.execution.cluster.post import Parcel, Post

#: The compiled code that workers of one backend share, beside the data.
COMPILED = "compiled"


@dataclass(frozen=True)
class SentData:
    """A run's data as it was sent.

    Attributes:
        key: Equal for equal data.
        files: Name -> file.
    """

    key: str
    files: Mapping[str, Parcel]


def send_data(run: Path, post: Post) -> SentData:
    """Sends a run's copy of its data.

    Raises:
        UserInputError: If the run has none that can be sent.
    """
    import hashlib

    folder = run / FOLDER
    if not (folder / SUMMARY).is_file():
        raise UserInputError(
            f"--ray sends a run's own copy of its data. {run} has none, or one of the first"
            " versions. Search again with another --out."
        )
    # The description holds the fingerprint of the examples, and how they are to be read.
    key = hashlib.sha256((folder / SUMMARY).read_bytes()).hexdigest()[:20]
    names = [SUMMARY, *(path.name for each in "xy" for path in folder.glob(f"{each}_*.npy"))]
    return SentData(key, {name: post.send(folder / name) for name in sorted(names)})


class NodeFolder:
    """The place of one worker on its node, and the data it looks at.

    Args:
        root: Where all workers of the user have theirs on this node; None for the usual.

    Attributes:
        run: The worker's own folder, which stands for the run's.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or _own_root()
        self._locks: list[IO[str]] = []
        self._key = ""
        name = f"worker-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._locks.append(_locked(self._root / f"{name}.lock", fcntl.LOCK_SH))
        self.run = self._root / name
        self.run.mkdir()
        self.sweep()

    def take(self, data: SentData, post: Post) -> None:
        """Makes a run's data visible in the worker's folder; unpacks it if it is the first."""
        if self._key == data.key:
            return
        shared = self._root / f"data-{data.key}"
        # While it is held nobody removes the data; others may look at it, too.
        self._locks.append(_locked(self._root / f"{shared.name}.lock", fcntl.LOCK_SH))
        with _locked(self._root / f"{shared.name}.unpacking", fcntl.LOCK_EX):
            if not shared.is_dir():
                self._unpack(data, post, shared)
        for name in (FOLDER, COMPILED):
            (self.run / name).unlink(missing_ok=True)
            (self.run / name).symlink_to(shared / name)
        self._key = data.key

    def sweep(self) -> None:
        """Removes what nobody holds any more."""
        for lock in self._root.glob("*.lock"):
            with suppress(BlockingIOError, FileNotFoundError), lock.open("r") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                # Of data the lock stays: another may be waiting for it.
                if lock.name.startswith("worker-"):
                    lock.unlink(missing_ok=True)

    def close(self) -> None:
        """Leaves the node as it was, but for data that others look at."""
        for lock in self._locks:
            lock.close()
        self._locks = []
        self.sweep()

    def _unpack(self, data: SentData, post: Post, shared: Path) -> None:
        temporary = shared.with_name(f"{shared.name}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        (temporary / FOLDER).mkdir(parents=True)
        (temporary / COMPILED).mkdir()
        for name, parcel in data.files.items():
            post.receive(parcel, temporary / FOLDER / name)
        os.replace(temporary, shared)


def _locked(path: Path, kind: int) -> IO[str]:
    file = path.open("a")
    fcntl.flock(file, kind)
    return file


def _own_root() -> Path:
    """Returns a folder that nobody else can write to, the same for all of the user's workers."""
    root = Path(tempfile.gettempdir()) / f"automl-{os.getuid()}"
    with suppress(FileExistsError):
        root.mkdir(mode=0o700)
    found = root.lstat()
    if root.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o022:
        # Somebody else's: data must not be read from it.
        return Path(tempfile.mkdtemp(prefix="automl-"))
    return root
