"""How alike two configurations are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automl.tuning.oracles.encoding import Encoding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Squared distance, in length scales, that two random configurations are expected to have.
USUAL_DISTANCE = 1.5
_REFERENCES = 128


@dataclass(frozen=True, eq=False)
class Features:
    """Configurations as points whose squared distances, block by block, make a kernel.

    Attributes:
        points: Shape (configurations, coordinates).
        owners: Block of each coordinate, shape (coordinates,).
        blocks: Number of blocks.
    """

    points: Array
    owners: NDArray[np.int_]
    blocks: int

    def taken(self, places: NDArray[np.int_] | Sequence[int]) -> Features:
        """Returns the features of some of the configurations."""
        return replace(self, points=self.points[places])

    def joined(self, other: Features) -> Features:
        """Returns the features of both."""
        import numpy as np

        return replace(self, points=np.concatenate([self.points, other.points]))

    def distances(self) -> Array:
        """Returns squared distances, shape (blocks, configurations, configurations)."""
        import numpy as np

        found = np.empty((self.blocks, len(self.points), len(self.points)))
        for block in range(self.blocks):
            own = self.points[:, self.owners == block]
            found[block] = squared_distances(own, own)
        return found

    def scaled(self, weights: Array) -> Array:
        """Returns points whose squared distance is the weighted sum over the blocks."""
        import numpy as np

        scaled: Array = self.points * np.sqrt(weights)[self.owners]
        return scaled


class Geometry:
    """Lays out a space's configurations for the kernel; inactive parts stay out of the way.

    There are two views, each of which becomes one term of the kernel:

    * *Place by place*: a block for every hyperparameter. Options lie on a
      simplex, so that the distance of two categories is 1, as Hamming's is;
      numbers lie half on a line. An inactive hyperparameter lies in the middle.
    * *Part by part*: hyperparameters of one role, such as the operation on
      every edge or the width of every stage, are one block that holds how often
      each option was taken, no matter where. It learns what an option is worth
      from fewer trials than a hyperparameter at a time. All others are as above.

    Args:
        encoding: Of the space.
    """

    def __init__(self, encoding: Encoding) -> None:
        import numpy as np

        self._encoding = encoding
        self._places = [place for place, each in enumerate(encoding.columns) if each.varies]
        roles: dict[tuple[object, ...], list[int]] = {}
        for place in self._places:
            column = encoding.columns[place]
            if column.options:
                roles.setdefault(column.role, []).append(place)
        self._roles = [places for places in roles.values() if len(places) > 1]
        # What random configurations are like tells how far apart is far.
        random = encoding.random(_REFERENCES, np.random.default_rng(0))
        self.usual_weights = tuple(_usual_weight(view) for view in self.views(random))

    def views(self, rows: Array) -> tuple[Features, ...]:
        """Returns the features of rows, one for each term of the kernel."""
        places = [self._simplex(rows, place) for place in self._places]
        views = [_features(places, len(rows))]
        if self._roles:
            shared = {place for role in self._roles for place in role}
            parts = [self._tally(rows, role) for role in self._roles]
            alone = zip(self._places, places, strict=True)
            parts += [block for place, block in alone if place not in shared]
            views.append(_features(parts, len(rows)))
        return tuple(views)

    def _simplex(self, rows: Array, place: int) -> Array:
        import numpy as np

        column, numbers = self._encoding.columns[place], rows[:, place]
        count = len(column.options)
        if not count:
            share: Array = np.where(np.isnan(numbers), 0.5, numbers)[:, None]
            return share
        corners = _one_hot(numbers, count)
        corners[np.isnan(numbers)] = 1.0 / count
        corners /= np.sqrt(2.0)
        if not column.ordered or count < 3:
            return corners
        line = np.where(np.isnan(numbers), 0.5, numbers / (count - 1))[:, None]
        both: Array = np.hstack([corners, line]) * np.sqrt(0.5)
        return both

    def _tally(self, rows: Array, role: list[int]) -> Array:
        import numpy as np

        count = len(self._encoding.columns[role[0]].options)
        taken = rows[:, role, None] == np.arange(count)
        total: Array = taken.sum(axis=1).astype(float)
        if not self._encoding.columns[role[0]].ordered:
            return total
        # What numbers amount to together: how wide, how deep.
        return np.hstack([total, total @ np.linspace(0.0, 1.0, count)[:, None]])


def squared_distances(one: Array, other: Array) -> Array:
    """Returns squared Euclidean distances, shape (len(one), len(other))."""
    import numpy as np

    # In place: the matrices are large, and memory is what takes the time.
    distances: Array = (-2.0 * one) @ other.T
    distances += (one * one).sum(1)[:, None]
    distances += (other * other).sum(1)
    return np.maximum(distances, 0.0, out=distances)


def _one_hot(numbers: Array, count: int) -> Array:
    import numpy as np

    hot: Array = (numbers[:, None] == np.arange(count)).astype(float)
    return hot


def _features(blocks: list[Array], count: int) -> Features:
    import numpy as np

    owners = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
    points = np.hstack(blocks) if blocks else np.zeros((count, 0))
    return Features(points, owners.astype(int), len(blocks))


def _usual_weight(view: Features) -> float:
    if not view.blocks:
        return 1.0
    # Twice the variance is the mean squared distance of two.
    return float(USUAL_DISTANCE / max(1e-9, 2.0 * view.points.var(axis=0).sum()))
