"""TOML files that a person writes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from search_spaces.errors import UserInputError


def read_toml(path: str | Path, what: str) -> dict[str, Any]:
    """Reads a TOML file.

    Args:
        path: The file.
        what: What messages call it, e.g. ``"--config"``.

    Raises:
        UserInputError: If it cannot be read or is no TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserInputError(
            f"{what} must be a readable file. Received: {path} ({error.strerror})."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserInputError(f"{what} must be a TOML file. {path}: {error}.") from error
