"""A paused fit, as one file that is read without executing anything."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FACTS, _BEST = "facts", "best/"


@dataclass(frozen=True, eq=False)
class FitState:
    """Where a fit stands.

    Attributes:
        epochs: Epochs that it was trained for.
        arrays: As of `search_spaces.training.state.state_of`.
        best: Weights of the epoch kept so far.
        watch: As of `automl.execution.watch.EpochWatch.facts`.
    """

    epochs: int
    arrays: dict[str, NDArray[np.generic]]
    best: list[NDArray[np.generic]]
    watch: dict[str, Any]

    def save(self, path: Path) -> None:
        """Writes the file, whole or not at all."""
        import numpy as np

        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.stem}.tmp.npz")
        named = {f"{_BEST}{place}": weight for place, weight in enumerate(self.best)}
        facts = np.array(json.dumps({"epochs": self.epochs, "watch": self.watch}))
        np.savez(temporary, allow_pickle=False, **self.arrays, **named, **{_FACTS: facts})
        os.replace(temporary, path)

    @classmethod
    def load(cls, path: Path) -> FitState:
        """Reads what `save` wrote.

        Raises:
            UserInputError: If the file is missing or damaged.
        """
        import zipfile

        import numpy as np

        try:
            with np.load(path, allow_pickle=False) as file:
                found = {name: file[name] for name in file.files}
            facts = json.loads(str(found.pop(_FACTS)))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            line = str(error).strip().partition("\n")[0]
            raise UserInputError(f"{path} holds no paused fit: {line}") from error
        count = sum(name.startswith(_BEST) for name in found)
        best = [found.pop(f"{_BEST}{place}") for place in range(count)]
        return cls(facts["epochs"], found, best, facts["watch"])
