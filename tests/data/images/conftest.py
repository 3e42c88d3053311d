"""Folders of pictures that the tests make themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from automl.data.base import RawData
from automl.data.files.folders import FolderSource
from automl.data.options import ReadOptions


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keeps decoded pictures away from the user's cache."""
    monkeypatch.setenv("AUTOML_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "decoded"


@pytest.fixture
def shades() -> Iterator[int]:
    """Yields numbers that make pictures differ."""
    return iter(range(1, 10_000))


@pytest.fixture
def picture(shades: Iterator[int]) -> Callable[..., Image.Image]:
    """Returns a function that makes a picture that is like no other."""

    def make(mode: str = "L", width: int = 12, height: int = 10) -> Image.Image:
        random = np.random.default_rng(next(shades))
        bands = {"L": (), "RGB": (3,), "RGBA": (4,), "LA": (2,), "CMYK": (4,)}[mode]
        return Image.fromarray(random.integers(0, 256, (height, width, *bands), np.uint8), mode)

    return make


@pytest.fixture
def pictures(tmp_path: Path, picture: Callable[..., Image.Image]) -> Path:
    """Returns a folder of two classes of six grey pictures, 12 wide and 10 high."""
    for name in ("cats", "dogs"):
        folder = tmp_path / "pictures" / name
        folder.mkdir(parents=True)
        for number in range(6):
            picture().save(folder / f"{number}.png")
    return tmp_path / "pictures"


@pytest.fixture
def read() -> Callable[..., RawData]:
    """Returns a function that reads a folder."""

    def load(folder: Path, **options: Any) -> RawData:
        return FolderSource().load(str(folder), ReadOptions(**options))

    return load
