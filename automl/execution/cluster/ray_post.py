"""Files through Ray's object store, which holds one copy a node and spills to its disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from automl.execution.cluster.post import Parcel, Post, read


class RayPost(Post):
    """Each part of a file is an object, kept for as long as somebody refers to it."""

    def send(self, path: Path) -> Parcel:
        """Puts a file's parts into the store."""
        import ray

        return Parcel(tuple(ray.put(part) for part in read(path)))

    def parts(self, parcel: Parcel) -> Iterator[bytes]:
        """Gets one part after the other."""
        import ray

        for part in parcel.parts:
            yield ray.get(part)
