"""Which files belong together: ``Name_TRAIN.ts`` and ``Name_TEST.ts``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from automl.errors import UserInputError

SUFFIXES = (".ts", ".arff")
_NAMED = re.compile(r"(.*)_(TRAIN|TEST)", re.IGNORECASE)


@dataclass(frozen=True)
class Given:
    """The files of one set.

    Attributes:
        train: The file to learn from; the only one where there is no other.
        test: The file of the given test split, if there is one.
    """

    train: Path
    test: Path | None = None


def is_series(uri: str) -> bool:
    """Returns whether `uri` is a file of series, or a folder of train and test files."""
    if uri.lower().endswith(SUFFIXES):
        return True
    try:
        return bool(uri) and Path(uri).is_dir() and bool(_sets(Path(uri)))
    except OSError:
        return False


def find(uri: str) -> Given:
    """Returns the files that belong to what the user named.

    Raises:
        UserInputError: If there is no such file, or a folder holds several sets.
    """
    path = Path(uri)
    if path.is_dir():
        sets = _sets(path)
        if not sets:
            raise UserInputError(f"{path} must hold NAME_TRAIN.ts or NAME_TRAIN.arff.")
        # The multivariate archive puts a file for each channel beside that of all.
        names = sorted({name for name, _ in sets}, key=len)
        name = path.name if path.name in names else names[0]
        others = [other for other in names if not other.startswith(name)]
        if others:
            raise UserInputError(
                f"{path} must hold one set of series. Received: {', '.join(sorted(names)[:5])}."
                f" Name one: {path / names[0]}_TRAIN{sets[0][1]}."
            )
        suffix = next(suffix for suffix in SUFFIXES if (name, suffix) in sets)
        return _pair(path, name, suffix)
    if not path.is_file():
        raise UserInputError(f"DATA must be an existing {path.suffix} file. Received: {uri}.")
    named = _NAMED.fullmatch(path.stem)
    if named is None:
        return Given(path)
    return _pair(path.parent, named[1], path.suffix)


def _sets(folder: Path) -> list[tuple[str, str]]:
    """Returns name and suffix of each set that has a training file in a folder."""
    return sorted(
        (named[1], file.suffix.lower())
        for file in folder.iterdir()
        if file.suffix.lower() in SUFFIXES
        and not file.name.startswith(".")
        and (named := _NAMED.fullmatch(file.stem))
        and named[2].upper() == "TRAIN"
    )


def _pair(folder: Path, name: str, suffix: str) -> Given:
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        named = _NAMED.fullmatch(file.stem)
        if named and named[1] == name and file.suffix.lower() == suffix.lower():
            found[named[2].upper()] = file
    if "TRAIN" in found:
        return Given(found["TRAIN"], found.get("TEST"))
    return Given(found["TEST"])
