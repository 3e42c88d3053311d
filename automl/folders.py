"""Where a run goes when nobody says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from automl.config import SearchConfig
from automl.errors import UserInputError
from automl.records.store import FILE_NAME, RunStore


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
        if not (folder / FILE_NAME).exists() or _resumable(folder, config):
            return folder
        count += 1


def _resumable(folder: Path, config: SearchConfig) -> bool:
    try:
        with RunStore(folder) as store:
            known: dict[str, Any] | None = store.fact("config")
            return not store.fact("finished") and (
                known is None or not SearchConfig.from_dict(known).differences(config)
            )
    except (UserInputError, KeyError, TypeError):
        return False
