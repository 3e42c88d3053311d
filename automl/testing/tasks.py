"""What every task must keep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from automl.data.dataset import DataSummary
from automl.tasks.base import Task
from search_spaces import InputSpec, TargetSpec


class TaskContract:
    """Subclass it and override the `task` fixture.

    `data` describes data that the task suits; `labels` are its right answers and
    `perfect` what a model would put out that is right about all of them. All
    three fit classification and can be overridden.
    """

    @pytest.fixture
    def task(self) -> Task:
        raise NotImplementedError("Override the `task` fixture to return an instance.")

    @pytest.fixture
    def data(self) -> DataSummary:
        return DataSummary(
            uri="somewhere",
            source="npz",
            input=InputSpec("image", (8, 8, 1), 0.0, 16.0),
            class_names=("a", "b", "c"),
            counts={"train": 60, "validation": 20, "test": 20},
            fingerprint="0" * 64,
        )

    @pytest.fixture
    def labels(self) -> NDArray[Any]:
        return np.arange(30) % 3

    @pytest.fixture
    def perfect(self, labels: NDArray[Any]) -> NDArray[np.float32]:
        outputs: NDArray[np.float32] = (0.1 + 0.7 * np.eye(3)[labels]).astype(np.float32)
        return outputs

    def test_is_named(self, task: Task) -> None:
        assert task.name

    def test_suits_the_data_it_is_for(self, task: Task, data: DataSummary) -> None:
        assert task.suits(data) is None

    def test_says_why_it_does_not_suit(self, task: Task, data: DataSummary) -> None:
        reason = task.suits(replace(data, class_names=()))
        assert reason
        assert "\n" not in reason

    def test_gives_a_model_its_target(
        self, task: Task, data: DataSummary, perfect: NDArray[Any]
    ) -> None:
        target = task.target(data)
        assert isinstance(target, TargetSpec)
        assert perfect.shape[1] == target.units

    def test_quality_goes_from_nothing_right_to_all_right(
        self, task: Task, perfect: NDArray[Any], labels: NDArray[Any]
    ) -> None:
        assert task.quality(perfect, labels) == 1.0
        half = perfect.copy()
        half[::2] = np.roll(half[::2], 1, axis=1)
        wrong = np.roll(perfect, 1, axis=1)
        assert 0.0 <= task.quality(wrong, labels) < task.quality(half, labels) < 1.0

    def test_agreement_is_between_outputs_not_with_the_truth(
        self, task: Task, perfect: NDArray[Any]
    ) -> None:
        wrong = np.roll(perfect, 1, axis=1)
        assert task.agreement(wrong, wrong) == 1.0
        assert task.agreement(wrong, wrong + np.float32(1e-7)) == 1.0
        assert 0.0 <= task.agreement(wrong, perfect) < 1.0
        assert task.agreement(wrong, perfect) == task.agreement(perfect, wrong)
