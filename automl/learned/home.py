"""Where a user's own knowledge is kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path | None:
    """Returns the folder, whether it exists or not; None if nothing is to be kept.

    It is $AUTOML_HOME, else automl/ in the user's data folder. An empty
    $AUTOML_HOME stands for none.
    """
    chosen = os.environ.get("AUTOML_HOME")
    if chosen is not None:
        return Path(chosen).expanduser() if chosen else None
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "automl"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "automl"
