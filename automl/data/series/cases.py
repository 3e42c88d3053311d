"""What a file of series holds, whatever its grammar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: How the files write a value that is not known.
MISSING = ("?", "nan", "")


@dataclass(frozen=True, eq=False)
class Cases:
    """The cases of one file.

    Attributes:
        x: Values of each case, steps x channels, NaN where they are missing; or
            rows of numbers, where `kind` is ``"vector"``.
        y: Class or number of each case; None where the file gives none.
        kind: ``"series"`` or ``"vector"``.
        class_names: Name of each class, in the order of the file's header.
        columns: Name of each number of a vector.
        notes: What a person should know of the reading.
    """

    x: tuple[np.ndarray, ...]
    y: np.ndarray | None
    kind: str = "series"
    class_names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ragged(self) -> bool:
        """Whether lengths differ."""
        return len({len(case) for case in self.x}) > 1


def numbers(text: str, separator: str = ",") -> np.ndarray:
    """Reads numbers, of which those that are missing become NaN.

    Raises:
        ValueError: If something else stands there.
    """
    import numpy as np

    cells = text.split(separator)
    try:
        return np.array(cells, dtype=np.float32)
    except ValueError:
        known = ["nan" if cell.strip().lower() in MISSING else cell for cell in cells]
        return np.array(known, dtype=np.float32)


def side_by_side(channels: list[np.ndarray]) -> np.ndarray:
    """Returns channels as one array, steps x channels; shorter ones end in NaN."""
    import numpy as np

    out = np.full((max(map(len, channels)), len(channels)), np.nan, np.float32)
    for position, values in enumerate(channels):
        out[: len(values), position] = values
    return out


def class_of(label: str, class_names: tuple[str, ...]) -> str | None:
    """Returns the class that a label names, ``1.0`` naming the class ``1`` too."""
    if label in class_names:
        return label
    try:
        value = float(label)
        return next((name for name in class_names if float(name) == value), None)
    except ValueError:
        return None


def read_lines(path: Path) -> list[str]:
    """Returns the lines of a file of series.

    Raises:
        UserInputError: If it cannot be read.
    """
    try:
        # Comments hold names in any encoding; numbers and labels are ASCII.
        return path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    except OSError as error:
        raise UserInputError(f"{path} cannot be read: {error.strerror or error}.") from error


def number_of(path: Path, line: int, label: str, name: str) -> float:
    """Returns the number that is to be learned of a case; NaN where it is missing.

    Args:
        path: The file.
        line: Where the case is.
        label: What stands there.
        name: What messages call it.

    Raises:
        UserInputError: If it is no number.
    """
    try:
        return float("nan") if label.lower() in MISSING else float(label)
    except ValueError:
        raise wrong(path, line, f"{name} must be a number. Received: {label!r}.") from None


@contextmanager
def numbers_only(path: Path, line: int) -> Iterator[None]:
    """Turns what is wrong with the values of a case into an error that says where it is."""
    try:
        yield
    except ValueError as error:
        reason = str(error).rstrip(".")
        raise wrong(path, line, f"values must be numbers or '?': {reason}.") from error


def wrong(path: Path, number: int, what: str) -> UserInputError:
    """Returns the error of a line."""
    return UserInputError(f"{path}, line {number}: {what}")


def labels_of(values: list[Any], regression: bool) -> np.ndarray:
    """Returns labels as an array of words, or of numbers."""
    import numpy as np

    return np.array(values, np.float64) if regression else np.array(values, dtype=str)
