"""Configurations as rows of numbers, varied many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from search_spaces.tree import is_continuous, options_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

#: How often a mutated number goes to a neighbouring option rather than to any.
NEIGHBOUR = 0.5
#: Standard deviation of a step in a continuous range, as a share of the range.
STEP = 0.2


@dataclass(frozen=True, eq=False)
class Column:
    """One hyperparameter.

    Attributes:
        hp: As KerasTuner has it.
        options: Its values; empty for a continuous range.
        ordered: Whether neighbouring options are alike.
        conditions: For each condition, the (column, option indices) that meet it.
    """

    hp: Any
    options: tuple[Any, ...]
    ordered: bool
    conditions: tuple[tuple[tuple[int, tuple[int, ...]], ...], ...]

    @property
    def varies(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.options) != 1

    @property
    def scope(self) -> str:
        """What is inherited together: the name scope, or the name itself outside of any."""
        return self.hp.name.rpartition("/")[0] or str(self.hp.name)

    @property
    def role(self) -> tuple[Any, ...]:
        """Equal for hyperparameters that do the same in several places of a model."""
        last = self.hp.name.rpartition("/")[2]
        return (last.rstrip("_0123456789") or last, *map(repr, self.options))


class Encoding:
    """The columns of a space.

    A row holds the index of an option, of a continuous range the share of it
    from 0 to 1, and NaN where a hyperparameter is not active.

    Args:
        hyperparameters: The full space as a `keras_tuner.HyperParameters`.
    """

    def __init__(self, hyperparameters: Any) -> None:
        columns: list[Column] = []
        places: dict[str, list[int]] = {}
        for place, hp in enumerate(hyperparameters.space):
            options = () if is_continuous(hp) else options_of(hp)
            conditions = tuple(
                tuple(
                    (column, tuple(_positions(columns[column].options, condition.values)))
                    for column in places.get(condition.name, ())
                )
                for condition in hp.conditions
            )
            ordered = bool(getattr(hp, "ordered", hasattr(hp, "min_value")))
            columns.append(Column(hp, options, ordered, conditions))
            places.setdefault(hp.name, []).append(place)
        self.columns: tuple[Column, ...] = tuple(columns)

    def encode(self, several: Sequence[Mapping[str, Any]]) -> Rows:
        """Returns configurations as rows, shape (configurations, columns)."""
        import numpy as np

        rows = np.full((len(several), len(self.columns)), np.nan)
        for row, values in zip(rows, several, strict=True):
            for place, column in enumerate(self.columns):
                if column.hp.name in values and self._is_active(row, column):
                    row[place] = self._number(place, values[column.hp.name])
        return rows

    def decode(self, row: Rows) -> dict[str, Any]:
        """Returns the active values of one row."""
        values: dict[str, Any] = {}
        for column, number in zip(self.columns, row.tolist(), strict=True):
            if number == number:
                values[column.hp.name] = (
                    column.options[int(number)]
                    if column.options
                    else column.hp.prob_to_value(min(number, 1.0 - 1e-9))
                )
        return values

    def random(self, count: int, rng: np.random.Generator) -> Rows:
        """Returns rows drawn option by option."""
        import numpy as np

        return self.settle(np.full((count, len(self.columns)), np.nan), rng)

    def mutate(self, parents: Rows, changes: NDArray[np.int_], rng: np.random.Generator) -> Rows:
        """Returns children that differ from their parents in a few columns.

        Args:
            parents: Rows.
            changes: How many columns change, one number per parent.
            rng: Where chance comes from.
        """
        import numpy as np

        free = ~np.isnan(parents) & self._varying
        lot = np.where(free, rng.random(parents.shape), 2.0)
        drawn = lot.argsort(axis=1).argsort(axis=1) < changes[:, None]
        children = np.where(drawn & free, self._changed(parents, rng), parents)
        return self.settle(children, rng)

    def cross(self, first: Rows, second: Rows, rng: np.random.Generator) -> Rows:
        """Returns children that have each scope from one of two parents, as far as it has it."""
        import numpy as np

        side = rng.random((len(first), self._scopes.max(initial=0) + 1)) < 0.5
        side = side[:, self._scopes]
        children = np.where(side, first, second)
        other = np.where(side, second, first)
        return self.settle(np.where(np.isnan(children), other, children), rng)

    def settle(self, rows: Rows, rng: np.random.Generator) -> Rows:
        """Returns legal rows: what has become active is drawn, what has not is left out."""
        import numpy as np

        settled = rows.copy()
        for place, column in enumerate(self.columns):
            active = np.ones(len(rows), bool)
            for ways in column.conditions:
                met = np.zeros(len(rows), bool)
                for parent, allowed in ways:
                    for option in allowed:  # They are few; `np.isin` would sort.
                        met |= settled[:, parent] == option
                active &= met
            options = len(column.options)
            drawn = rng.integers(options, size=len(rows)) if options else rng.random(len(rows))
            kept = np.where(np.isnan(settled[:, place]), drawn, settled[:, place])
            settled[:, place] = np.where(active, kept, np.nan)
        return settled

    def _changed(self, parents: Rows, rng: np.random.Generator) -> Rows:
        import numpy as np

        count = self._counts
        # Any other option, all alike.
        other = (parents + rng.integers(1, np.maximum(count, 2), size=parents.shape)) % np.maximum(
            count, 1
        )
        step = np.where(rng.random(parents.shape) < 0.5, -1.0, 1.0)
        beside = parents + step
        beside = np.where((beside < 0) | (beside >= count), parents - step, beside)
        near = self._ordered & (rng.random(parents.shape) < NEIGHBOUR)
        moved = np.clip(parents + STEP * rng.standard_normal(parents.shape), 0.0, 1.0)
        return np.where(count == 0, moved, np.where(near, beside, other))

    def _is_active(self, row: Rows, column: Column) -> bool:
        return all(
            any(row[parent] in allowed for parent, allowed in ways) for ways in column.conditions
        )

    def _number(self, place: int, value: Any) -> float:
        column = self.columns[place]
        if column.options:
            return float(self._indices[place].get(value, float("nan")))
        return float(min(1.0, max(0.0, column.hp.value_to_prob(value))))

    @cached_property
    def _indices(self) -> list[dict[Any, int]]:
        return [{option: i for i, option in enumerate(each.options)} for each in self.columns]

    @cached_property
    def _counts(self) -> NDArray[np.int_]:
        import numpy as np

        return np.array([len(each.options) for each in self.columns])

    @cached_property
    def _varying(self) -> NDArray[np.bool_]:
        import numpy as np

        return np.array([each.varies for each in self.columns])

    @cached_property
    def _ordered(self) -> NDArray[np.bool_]:
        import numpy as np

        return np.array([each.ordered and len(each.options) > 2 for each in self.columns])

    @cached_property
    def _scopes(self) -> NDArray[np.int_]:
        import numpy as np

        names: dict[str, int] = {}
        return np.array([names.setdefault(each.scope, len(names)) for each in self.columns], int)


def _positions(options: Sequence[Any], wanted: Sequence[Any]) -> list[int]:
    return [place for place, option in enumerate(options) if option in wanted]
