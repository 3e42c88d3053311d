"""What a job is given beside its arguments, and what it may keep between jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.dataset import read_split
from search_spaces import Signature
from search_spaces.definition import Definition

if TYPE_CHECKING:
    import numpy as np


@dataclass
class JobContext:
    """A worker's view of one run.

    Attributes:
        run: The run's folder.
        emit: Sends a progress message to the driver.
    """

    run: Path
    emit: Callable[[dict[str, Any]], None]
    _splits: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    _spaces: dict[str, Any] = field(default_factory=dict)
    _references: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def split(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Returns the examples and labels of a split, as `read_split` has them, read once."""
        if name not in self._splits:
            self._splits[name] = read_split(self.run, name)
        return self._splits[name]

    def space(self, spec: dict[str, Any]) -> Any:
        """Returns the search space that `space_spec` described, made once."""
        from search_spaces.making import make_space

        key = repr(spec)
        if key not in self._spaces:
            self._spaces[key] = make_space(
                [e if isinstance(e, str) else Definition.from_dict(e) for e in spec["entries"]],
                Signature.from_dict(spec["signature"]),
                spec["choices"] or None,
                spec["targets"],
            )
        return self._spaces[key]

    def start_from(self, path: str, model: Any) -> str:
        """Copies the weights of a saved model that fit into `model`; says how many did."""
        from automl.execution.models import load_model
        from search_spaces.warm_start import copy_weights

        report = copy_weights(load_model(Path(path)), model)
        return str(report)

    def keras_outputs(self, model_file: str, split: str) -> np.ndarray:
        """Returns a saved Keras model's float32 outputs on a split, computed once."""
        import numpy as np

        from automl.execution.models import load_model

        key = (model_file, split)
        if key not in self._references:
            x, _ = self.split(split)
            outputs = load_model(self.run / model_file).predict(x, batch_size=256, verbose=0)
            self._references[key] = np.asarray(outputs, np.float32)
        return self._references[key]


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
