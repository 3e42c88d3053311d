"""A folder whose pixels exceed the memory is read, split, kept and trained on within it."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from ..memory import COUNT, STATUS, check_bounded

SIDE = 48


def write_pictures(folder: Path) -> None:
    """Writes noise, lighter at the top or at the bottom, as bitmaps: as fast as a disk is."""
    pixels = SIDE * SIDE * 3
    header = b"BM" + struct.pack("<IHHI", 54 + pixels, 0, 0, 54)
    header += struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, pixels, 2835, 2835, 0, 0)
    random = np.random.default_rng(0)
    for label in (0, 1):
        (folder / "ab"[label]).mkdir(parents=True)
    for begin in range(0, COUNT, 1000):
        part = random.integers(0, 160, (1000, SIDE, SIDE, 3), dtype=np.uint8)
        part[::2, : SIDE // 2] += 60
        part[1::2, SIDE // 2 :] += 60
        for number, values in enumerate(part, begin):
            (folder / "ab"[number % 2] / f"{number}.bmp").write_bytes(header + values.tobytes())


@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc")
def test_pictures_of_twice_the_memory_are_trained_on_within_it(tmp_path, cache_folder):
    write_pictures(tmp_path / "many")
    (tmp_path / "run").mkdir()
    check_bounded("folder", tmp_path / "many", tmp_path / "run")
