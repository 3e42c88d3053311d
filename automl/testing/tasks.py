"""What every task must keep."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from automl.data.base import TARGETS, Target
from automl.data.dataset import DataSummary
from automl.tasks.base import Task
from automl.tasks.metrics import COSTS, metric_of
from automl.tasks.objectives import find_objectives
from search_spaces import InputSpec, Signature, TargetSpec

EXAMPLES = 30
_SPEC = InputSpec("vector", (4,), mean=(0.0, 1.0, 0.0, 1.0), std=(1.0, 2.0, 1.0, 0.5))


@dataclass(frozen=True, eq=False)
class TaskCase:
    """Data that a task is for, and what a model says of it.

    Attributes:
        target: What is known of each example.
        y: What is right, count first.
        perfect: Outputs of the exported file that are right about everything.
        wrong: Outputs that are wrong, about most of it at least.
    """

    target: Target
    y: NDArray[Any]
    perfect: NDArray[Any]
    wrong: NDArray[Any]

    @property
    def data(self) -> DataSummary:
        """The description of such data."""
        counts = {"train": 60, "validation": EXAMPLES, "test": EXAMPLES}
        found = {}
        if self.target.kind == "class":
            each = np.bincount(self.y, minlength=len(self.target.names))
            found = {split: tuple(each.tolist()) for split in counts}
        return DataSummary(
            uri="somewhere",
            source="npz",
            input=_SPEC,
            target=self.target,
            counts=counts,
            fingerprint="0" * 64,
            class_counts=found,
        )


def classes_case() -> TaskCase:
    """Returns examples of three classes."""
    y = np.arange(EXAMPLES) % 3
    perfect = (0.1 + 0.7 * np.eye(3)[y]).astype(np.float32)
    return TaskCase(Target("class", ("a", "b", "c")), y, perfect, np.roll(perfect, 1, axis=1))


def labels_case() -> TaskCase:
    """Returns examples of three labels, several at once."""
    y = np.array([[n % 2, n % 3 == 0, n % 5 < 2] for n in range(EXAMPLES)], np.float32)
    perfect = (0.1 + 0.8 * y).astype(np.float32)
    return TaskCase(Target("labels", ("a", "b", "c")), y, perfect, 1 - perfect)


def numbers_case(steps: tuple[int, ...] = ()) -> TaskCase:
    """Returns two numbers of each example, forecasts if `steps` are given."""
    random = np.random.default_rng(0)
    y = (random.normal(size=(EXAMPLES, 2)) * (2.0, 50.0) + (0.0, 300.0)).astype(np.float32)
    target = Target("number", ("a", "b"), tuple(y.mean(axis=0).tolist()),
                    tuple(y.std(axis=0).tolist()), 9.0 if steps else 0.0, steps)  # fmt: skip
    return TaskCase(target, y, y.copy(), y[::-1].copy())


def anomaly_case() -> TaskCase:
    """Returns scores of normal examples and a few others."""
    y = (np.arange(EXAMPLES) % 5 == 0).astype(np.int64)
    scores = (0.1 + 0.001 * np.arange(EXAMPLES) + 2.0 * y).astype(np.float32)[:, None]
    return TaskCase(Target("class", ("good", "odd")), y, scores, scores[::-1] * np.float32(2))


#: Task -> data that it is for. A new built-in task needs a line.
CASES = {
    "classification": classes_case,
    "multilabel": labels_case,
    "regression": numbers_case,
    "forecasting": lambda: numbers_case((1, 2)),
    "anomaly": anomaly_case,
}


class TaskContract:
    """Subclass it and override the `task` fixture, and `case` for a task of another name."""

    @pytest.fixture
    def task(self) -> Task:
        raise NotImplementedError("Override the `task` fixture to return an instance.")

    @pytest.fixture
    def case(self, task: Task) -> TaskCase:
        assert task.name in CASES, f"give data for the task {task.name!r}: override `case`"
        return CASES[task.name]()

    @pytest.fixture
    def data(self, case: TaskCase) -> DataSummary:
        return case.data

    def test_is_named_and_described(self, task: Task) -> None:
        assert task.name
        assert task.summary
        assert "\n" not in task.summary

    def test_suits_the_data_it_is_for(self, task: Task, data: DataSummary) -> None:
        assert task.suits(data) is None

    def test_says_why_other_data_does_not_suit(self, task: Task, data: DataSummary) -> None:
        refused = []
        for kind in TARGETS:
            reason = task.suits(replace(data, target=Target(kind)))
            if reason is not None:
                refused.append(kind)
                assert reason
                assert "\n" not in reason
        assert refused, "no task is for every kind of label"

    def test_gives_a_model_its_target(self, task: Task, data: DataSummary) -> None:
        target = task.target(data)
        assert isinstance(target, TargetSpec)
        assert Signature(data.input, target).target.units >= 1

    def test_every_metric_has_a_value_on_such_data(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        scores = task.measure(case.perfect, case.y, data)
        assert set(scores.values) == set(task.scorers(data))
        assert not scores.left_out
        json.dumps(scores.values, allow_nan=False)

    def test_what_is_right_is_better_than_what_is_wrong(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        perfect = task.measure(case.perfect, case.y, data).values
        wrong = task.measure(case.wrong, case.y, data).values
        for name, value in perfect.items():
            assert metric_of(name).better(value, wrong[name]), name

    def test_ranks_by_a_metric_of_its_own_and_a_cost(self, task: Task, data: DataSummary) -> None:
        first, *rest = find_objectives(("auto",), task, data)
        assert first == f"val_{task.primary(data)}"
        assert task.primary(data) in task.scorers(data)
        assert set(rest) <= set(COSTS)

    def test_outputs_that_are_no_numbers_have_no_metrics(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        broken = case.perfect.copy()
        broken[0] = np.nan
        scores = task.measure(broken, case.y, data)
        assert not scores.values
        assert set(scores.left_out) == set(task.scorers(data))

    def test_no_examples_have_no_metrics(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        assert not task.measure(case.perfect[:0], case.y[:0], data).values

    @pytest.mark.parametrize("count", [1, 2])
    def test_few_examples_give_finite_metrics_or_a_reason(
        self, task: Task, case: TaskCase, data: DataSummary, count: int
    ) -> None:
        scores = task.measure(case.perfect[:count], case.y[:count], data)
        assert all(map(math.isfinite, scores.values.values()))
        assert all(scores.left_out.values())
        assert set(scores.values) | set(scores.left_out) == set(task.scorers(data))

    def test_the_error_of_a_metric_is_known_and_the_same_each_time(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        for name in task.scorers(data):
            error = task.error(name, case.wrong, case.y, data)
            assert error is not None, name
            assert error >= 0
            assert error == task.error(name, case.wrong, case.y, data)
        assert task.error("no such metric", case.wrong, case.y, data) is None

    def test_agreement_is_between_outputs_not_with_the_truth(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        wrong, perfect = case.wrong, case.perfect
        assert task.agreement(wrong, wrong, data) == 1.0
        assert task.agreement(wrong + np.float32(1e-7), wrong, data) == 1.0
        assert 0.0 <= task.agreement(wrong, perfect, data) < 1.0

    def test_the_scale_is_above_zero(self, task: Task, case: TaskCase, data: DataSummary) -> None:
        scale = np.broadcast_to(task.scale(case.perfect, data), case.perfect.shape)
        assert (scale > 0).all()

    def test_training_targets_belong_to_the_examples(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        features = np.zeros((EXAMPLES, *data.input.shape), np.float32)
        targets = np.asarray(task.training_targets(features, case.y, data))
        assert len(targets) == EXAMPLES
        rows = task.training_rows(case.y, data)
        if rows is not None:
            assert 0 < len(rows) <= EXAMPLES
            assert len(set(rows.tolist())) == len(rows)

    def test_the_tail_makes_outputs_of_what_is_trained(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        import keras

        from automl.preprocessing.base import part_from

        tail = task.tail(data)
        if tail is None:
            assert case.perfect.shape[1:] == (task.target(data).units,)
            return
        assert part_from(json.loads(json.dumps(tail.to_dict()))) == tail
        whole = task.target(data).kind == "reconstruction"
        shape = data.input.shape if whole else (task.target(data).units,)
        features, outputs = keras.Input(data.input.shape), keras.Input(shape)
        answer = tail.apply(features, outputs)
        assert tuple(answer.shape[1:]) == case.perfect.shape[1:]

    def test_a_person_can_read_an_answer(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        for threshold in (None, 0.5):
            answer = task.predict(case.perfect[0], data, threshold)
            assert answer.text
            assert "\n" not in answer.text
            json.dumps(answer.record, allow_nan=False)

    def test_a_threshold_is_a_number_or_nothing(
        self, task: Task, case: TaskCase, data: DataSummary
    ) -> None:
        threshold = task.threshold(case.perfect, case.y, data)
        assert threshold is None or math.isfinite(threshold)

    def test_what_the_report_draws_are_plain_arrays(self, task: Task, case: TaskCase) -> None:
        x = np.zeros((EXAMPLES, 4), np.float32)
        kept = task.evidence(x, case.perfect, case.y)
        assert kept
        assert all(array.dtype.kind in "fiu" for array in kept.values())
