"""Where a run goes when nobody says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from automl.config import SearchConfig
from automl.errors import UserInputError
from automl.records.lock import LOCK_NAME
from automl.records.store import RunStore


def default_folder(data: str, config: SearchConfig, parent: Path = Path("runs")) -> Path:
    """Returns where a run goes when nobody says: a free name, or an unfinished run to resume.

    ``runs/digits``, else ``runs/digits-2``, ... A folder that holds an
    unfinished run of the same configuration is taken, so that the same command
    resumes.
    """
    stem = Path(data.rstrip("/" + os.sep)).stem.replace(":", "-") or "run"
    count = 1
    while True:
        folder = parent / (stem if count == 1 else f"{stem}-{count}")
        if is_free(folder) or _resumable(folder, config):
            return folder
        count += 1


def is_free(folder: Path) -> bool:
    """Returns whether a new run may take a folder: nothing of anybody else's is in it.

    A lock alone is left by a run that was killed before its first record.
    """
    if not folder.exists():
        return True
    return folder.is_dir() and all(path.name == LOCK_NAME for path in folder.iterdir())


def _resumable(folder: Path, config: SearchConfig) -> bool:
    try:
        with RunStore(folder) as store:
            known: dict[str, Any] | None = store.fact("config")
            return not store.fact("finished") and (
                known is None or not SearchConfig.from_dict(known).differences(config)
            )
    except (UserInputError, KeyError, TypeError):
        return False
