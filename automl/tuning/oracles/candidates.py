"""What a model-based oracle chooses from: random configurations and children of good ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.tuning.oracles.encoding import Encoding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

RANDOM = 300
CHILDREN = 400
#: Share of the children that have two parents.
CROSSED = 0.3
#: Chance of each further change in a child.
MORE_CHANGES = 0.4


def candidates(encoding: Encoding, parents: Array, known: Array, rng: np.random.Generator) -> Array:
    """Returns distinct rows, none of which is known.

    Args:
        encoding: Of the space.
        parents: Rows that children are made of; may be none.
        known: Rows that are left out.
        rng: Where chance comes from.
    """
    import numpy as np

    found = [encoding.random(RANDOM, rng)]
    if len(parents):
        first, second = parents[rng.integers(len(parents), size=(2, CHILDREN))]
        crossed = rng.random(CHILDREN) < CROSSED
        children = np.where(crossed[:, None], encoding.cross(first, second, rng), first)
        changes = np.minimum(
            rng.geometric(1.0 - MORE_CHANGES, size=CHILDREN), len(encoding.columns)
        )
        # A child of two is already new where they differ.
        changes -= crossed & (rng.random(CHILDREN) < 0.5)
        found.append(encoding.mutate(children, changes, rng))
    keys = {row.tobytes() for row in known}
    unique = {row.tobytes(): row for row in np.concatenate(found)}
    left = [row for key, row in unique.items() if key not in keys]
    return np.array(left).reshape(-1, len(encoding.columns))
