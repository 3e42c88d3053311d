"""Files through storage that every machine reaches: ``s3://``, ``gs://``, a mounted folder."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from automl.errors import MissingPartError, UserInputError
from automl.execution.cluster.post import PART, Parcel, Post, read


class StoragePost(Post):
    """Each file is one object of a folder, removed once it has arrived.

    Args:
        uri: The folder, as fsspec names it.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri.rstrip("/")
        # A run's files keep apart from those of others that use the same folder.
        self._folder = f"{self._uri}/automl-{uuid.uuid4().hex[:12]}"

    def check(self) -> None:
        """Writes a file, reads it and removes it.

        Raises:
            MissingPartError: If what opens such a URI is not installed.
            UserInputError: If it cannot be written or read.
        """
        probe = f"{self._folder}/probe"
        try:
            with self._open(probe, "wb") as file:
                file.write(b"automl")
            with self._open(probe, "rb") as file:
                if file.read() != b"automl":
                    raise OSError("what was written is not what is read")
            self._remove(probe)
        except ImportError as error:
            raise MissingPartError(
                f"--storage {self._uri} needs a package that is not installed, here and on every"
                f" worker: {' '.join(str(error).split())}"
            ) from error
        except Exception as error:  # Each file system has errors of its own.
            line = str(error).strip().partition("\n")[0] or type(error).__name__
            raise UserInputError(
                "--storage must be a folder that can be written and read here and on every worker,"
                f" e.g. s3://bucket/automl. Received: {self._uri} ({line})."
            ) from error

    def send(self, path: Path) -> Parcel:
        """Copies a file there."""
        name = f"{self._folder}/{uuid.uuid4().hex}-{path.name}"
        with self._open(name, "wb") as file:
            for part in read(path):
                file.write(part)
        return Parcel((name,))

    def parts(self, parcel: Parcel) -> Iterator[bytes]:
        """Reads it a part at a time."""
        for name in parcel.parts:
            with self._open(name, "rb") as file:
                while part := file.read(PART):
                    yield part

    def discard(self, parcel: Parcel) -> None:
        """Removes it; what cannot be removed now goes with the folder."""
        for name in parcel.parts:
            with suppress(Exception):
                self._remove(name)

    def close(self) -> None:
        """Removes whatever is left."""
        import fsspec  # type: ignore[import-untyped]

        with suppress(Exception):
            system, path = fsspec.core.url_to_fs(self._folder)
            system.rm(path, recursive=True)

    def _open(self, name: str, mode: str) -> Any:
        import fsspec

        system, path = fsspec.core.url_to_fs(name)
        if "w" in mode:
            system.makedirs(system._parent(path), exist_ok=True)
        return system.open(path, mode)

    def _remove(self, name: str) -> None:
        import fsspec

        system, path = fsspec.core.url_to_fs(name)
        system.rm_file(path)
