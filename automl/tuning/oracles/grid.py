"""Every configuration in the order of the space."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from automl.tuning.oracles.enumeration import configurations
from automl.tuning.oracles.learning import LearningOracle


class GridOracle(LearningOracle):
    """Goes through the space in its own order, whatever it is told.

    For small spaces that are to be tried to the end. KerasTuner's own grid
    keeps a list of what comes next that a resumed search would not have.
    """

    #: Nothing is left to chance.
    seeded = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._left: Iterator[dict[str, Any]] | None = None

    def propose(self, rng: random.Random) -> dict[str, Any] | None:
        """Returns the first configuration that was not tried."""
        if self._left is None:
            self._left = configurations(self.hyperparameters)
        # What is passed over here is known, and stays so: the walk never goes back.
        return next(filter(self.is_new, self._left), None)
