"""What a job is given beside its arguments, and what it may keep between jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.dataset import DataSummary, read_split, read_summary
from automl.errors import UserInputError
from automl.execution.backends import TENSORFLOW
from automl.registry import TASKS
from search_spaces import Signature
from search_spaces.definition import Definition

if TYPE_CHECKING:
    import keras
    import numpy as np

    from automl.data.base import Examples
    from automl.preprocessing.base import Front
    from automl.tasks.base import Task

#: Where features that are too large for the memory are kept, inside the run's folder.
FEATURES = "data/features_{}.npy"


@dataclass
class JobContext:
    """A worker's view of one run.

    Attributes:
        run: The run's folder.
        emit: Sends a progress message to the driver.
    """

    run: Path
    emit: Callable[[dict[str, Any]], None]
    _splits: dict[str, tuple[Examples, np.ndarray]] = field(default_factory=dict)
    _features: dict[str, Examples] = field(default_factory=dict)
    _summary: DataSummary | None = None
    _spaces: dict[str, Any] = field(default_factory=dict)
    _references: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    @property
    def summary(self) -> DataSummary:
        """The description of the run's data."""
        if self._summary is None:
            self._summary = read_summary(self.run)
        return self._summary

    def split(self, name: str) -> tuple[Examples, np.ndarray]:
        """Returns the examples and labels of a split, as `read_split` has them, read once."""
        if name not in self._splits:
            self._splits[name] = read_split(self.run, name)
        return self._splits[name]

    def calibration(self, count: int) -> np.ndarray:
        """Returns raw training examples as a file is fed, count x shape, evenly spread."""
        import numpy as np

        from automl.preprocessing.base import part_from

        x, _ = self.split("train")
        front = part_from(self.summary.front)
        # Data that came class by class must not calibrate on its first class alone.
        rows = np.linspace(0, len(x) - 1, min(count, len(x))).round().astype(np.int64)
        chosen = np.asarray(x[rows])
        return chosen.astype(self.summary.input.dtype if front is None else front.raw_dtype)

    def features(self, split: str) -> Examples:
        """Returns a split's examples as a searched model sees them: after the front, once made."""
        from automl.preprocessing.base import part_from

        if split not in self._features:
            x, _ = self.split(split)
            front = part_from(self.summary.front)
            made = x if front is None else features_of(front, x, self.run / FEATURES.format(split))
            self._features[split] = made
        return self._features[split]

    def targets(self, split: str, task: str) -> Examples | np.ndarray:
        """Returns what a searched model is fitted on, for each example of a split.

        Args:
            split: Name of the split.
            task: Registry name of the task.
        """
        _, y = self.split(split)
        asked: Task = TASKS.get(task)()
        return asked.training_targets(self.features(split), y, self.summary)

    def whole(self, model: keras.Model, task: str) -> keras.Model:
        """Returns a searched model with front and tail: raw examples to the task's answer."""
        from automl.preprocessing.base import part_from
        from automl.preprocessing.graft import graft

        return graft(model, part_from(self.summary.front), TASKS.get(task)().tail(self.summary))

    def space(self, spec: dict[str, Any]) -> Any:
        """Returns the search space that `space_spec` described, made once."""
        key = repr(spec)
        if key not in self._spaces:
            self._spaces[key] = space_of(spec)
        return self._spaces[key]

    def start_from(self, path: str, model: Any) -> str:
        """Copies the weights of a saved model that fit into `model`; says how many did."""
        from automl.execution.models import load_model
        from search_spaces.warm_start import copy_weights

        report = copy_weights(load_model(Path(path)), model)
        return str(report)

    def keras_outputs(self, model_file: str, split: str) -> np.ndarray:
        """Returns a saved Keras model's float32 outputs on a split, computed once."""
        from automl.execution.model_outputs import outputs_of
        from automl.execution.models import load_model

        key = (model_file, split)
        if key not in self._references:
            x, _ = self.split(split)
            self._references[key] = outputs_of(load_model(self.run / model_file), x)
        return self._references[key]


def space_of(spec: dict[str, Any]) -> Any:
    """Returns the search space that `space_spec` described."""
    from search_spaces.making import make_space

    try:
        return make_space(
            [e if isinstance(e, str) else Definition.from_dict(e) for e in spec["entries"]],
            Signature.from_dict(spec["signature"]),
            spec["choices"] or None,
            spec["targets"],
        )
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != TENSORFLOW:
            raise
        raise UserInputError(
            "A space for --backend jax cannot import TensorFlow. Write it with keras and"
            " keras.ops, or leave --backend out."
        ) from error


def features_of(front: Front, x: Examples, path: Path) -> Examples:
    """Returns examples after a front: in memory, or in a file where the examples are in one."""
    from automl.data.storage import StoredExamples, chunks
    from automl.data.writing import ExamplesWriter
    from automl.preprocessing import graft

    if not isinstance(x, StoredExamples):
        return graft.features_of(front, x)
    if not path.exists():
        parts = (graft.features_of(front, chunk) for chunk in chunks(x))
        first = next(parts)
        with ExamplesWriter(path, first.shape[1:], first.dtype, len(x)) as writer:
            writer.append(first)
            for part in parts:
                writer.append(part)
    return StoredExamples(path)


def space_spec(
    entries: str | Sequence[str | Definition],
    signature: Signature,
    choices: dict[str, Any],
    targets: Iterable[str] = (),
) -> dict[str, Any]:
    """Describes a space in JSON, so that a worker can make it again.

    Args:
        entries: The space, or the several searched as one.
        signature: Input and target.
        choices: Hyperparameter -> options left.
        targets: What the files will be, of `search_spaces.limits.TARGETS`.
    """
    several = [entries] if isinstance(entries, str) else entries
    return {
        "entries": [e.to_dict() if isinstance(e, Definition) else e for e in several],
        "signature": signature.to_dict(),
        "choices": {key: list(values) for key, values in choices.items()},
        "targets": list(targets),
    }
