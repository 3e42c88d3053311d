"""Folders of empty files: listing looks at names alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automl.data.files.folders import list_folder
from automl.data.files.listing import Listing
from automl.data.options import ReadOptions


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., Path]:
    """Returns a function that makes files in a folder; names that end in / are folders."""

    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / "data" / name
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.touch()
        return tmp_path / "data"

    return make


@pytest.fixture
def listed() -> Callable[..., Listing]:
    """Returns a function that lists a folder."""

    def run(folder: Path, **options: Any) -> Listing:
        return list_folder(str(folder), ReadOptions(**options))[0]

    return run
