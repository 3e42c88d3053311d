"""Data sets that are known by name: those that ship with a dependency, and the catalogue's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from automl.registry import SOURCES


@dataclass(frozen=True)
class Entry:
    """One data set.

    Attributes:
        data: What to write for DATA.
        tasks: What it is for, as far as is known.
        size: Bytes of all files that it may download; 0 for one that is
            installed, None where it is not known.
        about: A sentence; may be empty.
        on_disk: Whether it is there without a download.
    """

    data: str
    tasks: tuple[str, ...]
    size: int | None
    about: str
    on_disk: bool

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary."""
        return asdict(self) | {"tasks": list(self.tasks)}

    def has(self, words: list[str]) -> bool:
        """Returns whether every word, in small letters, is in one of its texts."""
        text = " ".join((self.data, self.data.replace("_", " "), *self.tasks, self.about)).lower()
        return all(word in text for word in words)


def bundled() -> list[Entry]:
    """Returns the sets that are installed with this package's dependencies."""
    found = []
    for name in SOURCES.names():
        source = SOURCES.get(name)
        if about := getattr(source, "about", ""):
            found.append(Entry(name, (_task(source),), 0, about, True))
    return found


def catalogued(data_dir: str = "") -> list[Entry]:
    """Returns the sets of the `tensorflow_datasets` package.

    Args:
        data_dir: Where sets are kept; empty for the package's default.

    Raises:
        MissingPartError: If the package is not installed.
    """
    from automl.data.tfds import catalogue

    return [
        Entry(
            f"tfds:{name}",
            catalogue.tasks(name),
            catalogue.download_bytes(name),
            catalogue.about(name),
            catalogue.on_disk(name, data_dir),
        )
        for name in catalogue.names()
    ]


def _task(source: Any) -> str:
    kind = "image" if source.name == "digits" else "tabular"
    return f"{kind} {source.task}"
