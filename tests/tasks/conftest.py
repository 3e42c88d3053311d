"""Descriptions of data, without any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from automl.data.base import Target
from automl.data.dataset import DataSummary
from search_spaces import InputSpec


@pytest.fixture
def summary() -> Callable[..., DataSummary]:
    """Returns what describes data with a target."""

    def make(kind: str, names: tuple[str, ...] = (), **known: Any) -> DataSummary:
        fields: dict[str, Any] = {
            "uri": "somewhere",
            "source": "npz",
            "input": InputSpec("vector", (4,), mean=(0.0,) * 4, std=(1.0, 2.0, 1.0, 4.0)),
            "counts": {"train": 60, "validation": 20, "test": 20},
            "fingerprint": "0" * 64,
        }
        target = {key: known.pop(key) for key in ("mean", "std", "naive_error", "steps")
                  if key in known}  # fmt: skip
        return DataSummary(target=Target(kind, names, **target), **(fields | known))

    return make
