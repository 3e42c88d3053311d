"""The files that a person names to ask about: one, or all of a kind in a folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from automl.errors import UserInputError


def files_below(folder: Path, suffixes: Collection[str], what: str) -> Iterator[tuple[Path, str]]:
    """Yields the files of a kind in a folder and those below it, and what to call each.

    Hidden files are passed over, as they are in training.

    Args:
        folder: An existing folder.
        suffixes: Suffixes of the kind, in small letters.
        what: What messages call such files, e.g. ``"sounds"``.

    Raises:
        UserInputError: If there is none.
    """
    found = [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in suffixes
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    ]
    if not found:
        raise UserInputError(
            f"A folder of {what} holds {', '.join(suffixes)} files. Received: {folder},"
            " which holds none."
        )
    for file in found:
        yield file, file.relative_to(folder).as_posix()
