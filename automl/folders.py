"""Where a run goes when nobody says."""

from __future__ import annotations

import os
from dataclasses import replace
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
    count = 1
    while True:
        folder = _numbered(data, count, parent)
        if is_free(folder) or _resumable(folder, config):
            return folder
        count += 1


def folder_to_extend(data: str, config: SearchConfig, parent: Path = Path("runs")) -> Path:
    """Returns the newest run of a configuration, whatever its budget was.

    Raises:
        UserInputError: If there is none.
    """
    found, count = None, 1
    while (folder := _numbered(data, count, parent)).exists():
        found = folder if _same_but_budget(folder, config) else found
        count += 1
    if found is None:
        raise UserInputError(
            f"--trials +N, --time +TIME and --join need a run of the same options. There is none"
            f" in {parent}/; name its folder with --out, or see them with: automl runs list"
        )
    return found


def is_free(folder: Path) -> bool:
    """Returns whether a new run may take a folder: nothing of anybody else's is in it.

    A lock alone is left by a run that was killed before its first record.
    """
    if not folder.exists():
        return True
    return folder.is_dir() and all(path.name == LOCK_NAME for path in folder.iterdir())


def _numbered(data: str, count: int, parent: Path) -> Path:
    """Returns the name of the first, second ... run on some data."""
    stem = Path(data.rstrip("/" + os.sep)).stem.replace(":", "-") or "run"
    return parent / (stem if count == 1 else f"{stem}-{count}")


def _same_but_budget(folder: Path, config: SearchConfig) -> bool:
    try:
        with RunStore(folder) as store:
            known = SearchConfig.from_dict(store.fact("config"))
            return not known.differences(with_budget_of(config, known))
    except (UserInputError, KeyError, TypeError, AttributeError):
        return False


def with_budget_of(config: SearchConfig, known: SearchConfig) -> SearchConfig:
    """Returns a configuration with the trials and the time of another."""
    return replace(config, trials=known.trials, time=known.time)


def _resumable(folder: Path, config: SearchConfig) -> bool:
    try:
        with RunStore(folder) as store:
            known: dict[str, Any] | None = store.fact("config")
            return not store.fact("finished") and (
                known is None or not SearchConfig.from_dict(known).differences(config)
            )
    except (UserInputError, KeyError, TypeError):
        return False
