"""Predictions of an exported file on test data, kept beside the run's records for its report."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

if TYPE_CHECKING:
    import numpy as np

FOLDER = "predictions"


def evidence_file(trial: int, format_name: str, recipe: str) -> str:
    """Returns where an exported file's predictions are kept, inside the run's folder."""
    names = (name.rpartition(":")[2] for name in (format_name, recipe))
    return f"{FOLDER}/{'-'.join(names)}-trial-{trial}.npz"


def write_evidence(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Writes arrays, whole or not at all."""
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    os.replace(temporary, path)


def read_evidence(path: Path) -> dict[str, np.ndarray]:
    """Returns what was written; nothing if the file is gone or broken: a report can do without."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        return {}
