"""Files that are written beside an exported one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

_REFERENCE = "automl.preprocessing.reference"


def write_text(folder: Path, name: str, text: str) -> None:
    """Writes a text as bytes, so that line ends are the same on every system."""
    (folder / name).write_bytes(text.encode(errors="backslashreplace"))


def write_settings(folder: Path, name: str, settings: dict[str, Any], indent: int = 2) -> None:
    """Writes settings as JSON that a person can read."""
    write_text(folder, name, f"{json.dumps(settings, indent=indent, ensure_ascii=False)}\n")


def write_reference(folder: Path, names: Sequence[str]) -> None:
    """Copies reference code."""
    for name in names:
        (folder / name).write_bytes(resources.files(_REFERENCE).joinpath(name).read_bytes())


def listed(names: Sequence[str]) -> str:
    """Returns names of files as a sentence has them: ``a, b and c``."""
    return f"{', '.join(names[:-1])} and {names[-1]}"
