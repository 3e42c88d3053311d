"""Data larger than the memory it may take is split, kept and trained on within that memory."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.writing import ExamplesWriter

from .memory import COUNT, SHAPE, STATUS, check_bounded


@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc")
def test_data_of_twice_the_memory_is_trained_on_within_it(tmp_path):
    random = np.random.default_rng(0)
    corners = np.arange(500) % 4
    with ExamplesWriter(tmp_path / "source.npy", SHAPE, "uint8") as writer:
        for _ in range(0, COUNT, 500):
            part = random.integers(0, 160, (500, *SHAPE), dtype=np.uint8)
            for number in range(4):
                at, to = divmod(number, 2)
                corner = np.s_[corners == number, 24 * at : 24 * at + 24, 24 * to : 24 * to + 24]
                part[corner] += 60
            writer.append(part)
    (tmp_path / "run").mkdir()
    check_bounded("stored", tmp_path / "source.npy", tmp_path / "run")
