"""What is expected of configurations, given how trials ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from automl.tuning.oracles.believing import Joint
from automl.tuning.oracles.fidelity import Fidelities
from automl.tuning.oracles.gaussian_process import (
    USUAL_NOISE,
    GaussianProcess,
    representative,
)
from automl.tuning.oracles.kernel import Features, Geometry
from automl.tuning.oracles.learning import Known, Told
from automl.tuning.oracles.pareto import crowding, dominance, expected_improvement, fronts
from automl.tuning.oracles.targets import clipped, warped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Model = GaussianProcess | Fidelities

#: Trials that a model is made of at most: the best, and others evenly by rank.
MODEL_POINTS = 400
#: Noise of what is measured rather than trained, as a share of the variance.
MEASURED_NOISE = 1e-3
#: Most promising candidates that are looked at for one that is new.
LOOKED_AT = 50
#: The same, once another one of the same model was chosen.
LOOKED_AT_AGAIN = 12
#: Ratio of a measure to its bound beyond which it is simply far off.
FAR = 20.0


class Surrogate:
    """Models of the objectives and of what is feasible.

    Args:
        geometry: Of the space.
        trials: Every trial, open ones included.
        rows: The same, encoded.
        costs: Names of the objectives beside the score.
        found: Model -> parameters of its kernel, taken over in place of a fit; those
            that are fitted are added.
    """

    def __init__(
        self,
        geometry: Geometry,
        trials: Sequence[Known],
        rows: Array,
        costs: Sequence[str] = (),
        found: dict[str, Array] | None = None,
    ) -> None:
        self._geometry = geometry
        self._found = {} if found is None else found
        self._views = geometry.views(rows)
        told = [(place, each.told) for place, each in enumerate(trials) if each.told is not None]
        #: Places of the trials that have a value of every objective.
        self.scored = [place for place, each in told if _is_scored(each, costs)]
        outcomes = [trials[place].told for place in self.scored]
        scores = [each for each in outcomes if each is not None]
        self._objectives = self._objective_models(scores, told, costs)
        self._told = told
        #: What is expected of the trials that have a score, shape (scored, objectives).
        self.expected = self._expected()

    def best(self, count: int) -> list[int]:
        """Returns the places of the trials that most is expected of, best first.

        Before anything has a score, they are those nearest to keeping their bounds.
        """
        import numpy as np

        if not self.scored:
            near = [(each.excess, place) for place, each in self._told if each.excess is not None]
            return [place for _, place in sorted(near)[:count]]
        if self.expected.shape[1] == 1:
            order = np.argsort(-self.expected[:, 0], kind="stable")
        else:
            ranks, lonely = fronts(self.expected), np.zeros(len(self.expected))
            for rank in range(ranks.max() + 1):
                lonely[ranks == rank] = crowding(self.expected[ranks == rank])
            order = np.lexsort((-lonely, ranks))
        return [self.scored[place] for place in order[:count]]

    def expected_score(self, rows: Array) -> Array:
        """Returns what is expected of configurations, encoded; something must have a score."""
        return self._objectives[0].mean(self._geometry.views(rows))

    def chosen(
        self,
        rows: Array,
        awaited: Array,
        count: int,
        accepts: Callable[[int], bool],
        rng: np.random.Generator,
    ) -> list[int]:
        """Returns the places of the configurations that are worth most, one after the other.

        Each is chosen as if what is open, and those before it, had ended as expected.

        Args:
            rows: The configurations, encoded.
            awaited: The open trials, encoded.
            count: How many are wanted; there may be fewer.
            accepts: Tells whether the configuration at a place may be chosen.
            rng: Where chance comes from.
        """
        import numpy as np

        views, models, known = self._geometry.views(rows), self._objectives, self.expected
        if models and len(awaited):
            there = self._geometry.views(awaited)
            expected = np.stack([model.mean(there) for model in models], axis=1)
            known = np.concatenate([known, expected])
            models = [model.believing(there) for model in models]
        feasible = self.feasibility(views)
        worth = feasible * self._gain([model.predict(views) for model in models], known, rng)
        left = np.argsort(-worth, kind="stable")[: LOOKED_AT + count].tolist()
        if count == 1:
            return [place for place in left if accepts(place)][:1]
        head = [view.taken(left) for view in views]
        joints = [model.joint(head) for model in models]
        return self._one_by_one(left, worth, feasible, joints, known, count, accepts, rng)

    def _one_by_one(
        self,
        left: list[int],
        worth: Array,
        feasible: Array,
        joints: Sequence[Joint],
        known: Array,
        count: int,
        accepts: Callable[[int], bool],
        rng: np.random.Generator,
    ) -> list[int]:
        """Returns the best of `left`, most worth first, whose joint expectations are given."""
        import numpy as np

        where = {place: index for index, place in enumerate(left)}
        found: list[int] = []
        while left and len(found) < count:
            place = left.pop(0)
            if not accepts(place):
                continue
            found.append(place)
            for joint in joints:
                joint.believe(where[place])
            if joints:
                expected = np.array([[joint.mean[where[place]] for joint in joints]])
                known = np.concatenate([known, expected])
            # What is believed only takes away: the old worth bounds the new one.
            again = left[:LOOKED_AT_AGAIN]
            inside = [where[each] for each in again]
            predicted = [joint.at(inside) for joint in joints]
            worth[again] = feasible[again] * self._gain(predicted, known, rng)
            left.sort(key=lambda each: -worth[each])
        return found

    def _gain(
        self, predicted: Sequence[tuple[Array, Array]], known: Array, rng: np.random.Generator
    ) -> Array | float:
        """Returns the improvement over what is known, of means and deviations by objective.

        It is 1 where no trial has a score: then nothing counts but the bounds.
        """
        if not predicted:
            return 1.0
        if len(predicted) == 1:
            return self._expected_improvement(*predicted[0], known)
        return self._expected_hypervolume(predicted, known, rng)

    def feasibility(self, views: Sequence[Features]) -> Array:
        """Returns the probability that configurations keep every bound and get a score."""
        import numpy as np
        from scipy.special import ndtr

        probability = np.ones(len(views[0].points))
        if self._excess is not None:
            mean, deviation = self._excess.predict(views)
            probability *= ndtr(-mean / deviation)
        if self._success is not None:
            mean, deviation = self._success.predict(views)
            # The labels are a step, not a line: what lies between them is a guess.
            probability *= ndtr(mean / np.sqrt(deviation**2 + 0.1))
        return probability

    def _expected_improvement(self, mean: Array, deviation: Array, known: Array) -> Array:
        import numpy as np
        from scipy.special import ndtr

        gain = mean - known.max()
        ratio = gain / deviation
        density = np.exp(-0.5 * ratio**2) / np.sqrt(2.0 * np.pi)
        improvement: Array = gain * ndtr(ratio) + deviation * density
        return improvement

    def _expected_hypervolume(
        self,
        predicted: Sequence[tuple[Array, Array]],
        known: Array,
        rng: np.random.Generator,
    ) -> Array:
        import numpy as np

        low, high = known.min(axis=0), known.max(axis=0)
        span = np.where(high > low, high - low, 1.0)
        mean = np.stack([(each[0]) for each in predicted], axis=1)
        deviation = np.stack([each[1] for each in predicted], axis=1)
        front = known[~dominance(known).any(axis=0)]
        return expected_improvement(
            (mean - low) / span, deviation / span, (front - low) / span, rng
        )

    def _objective_models(
        self, scored: list[Told], told: Sequence[tuple[int, Told]], costs: Sequence[str]
    ) -> list[Model]:
        import numpy as np

        if not scored:
            return []
        models = [self._score_model(scored, warped)]
        for name in costs:
            # What was turned away has been measured too.
            pairs = [(place, each.costs[name]) for place, each in told if name in each.costs]
            measured = np.array([cost for _, cost in pairs], float)
            if measured.min() > 0:
                measured = np.log(measured)
            places = [place for place, _ in pairs]
            targets = clipped(-measured)
            models.append(self._model(f"cost {name}", places, targets, MEASURED_NOISE))
        return models

    def _score_model(self, scored: list[Told], scaled: Callable[[Array], Array]) -> Model:
        """Returns a model of what trials are worth at the end, of all that is known of them."""
        import numpy as np

        rungs = sorted({rung for each in scored for rung in each.rungs})
        if len(rungs) < 2:
            targets = scaled(np.array([each.score for each in scored]))
            return self._model("score", self.scored, targets)
        scores = np.array([[each.rungs.get(rung, np.nan) for rung in rungs] for each in scored])
        views, usual = self._at(self.scored), self._geometry.usual_weights
        return Fidelities(views, scores, scaled, usual, MODEL_POINTS, self._found)

    @cached_property
    def _excess(self) -> GaussianProcess | None:
        """A model of how far over the bounds configurations are; None where none is."""
        import numpy as np

        pairs = [(place, each.excess) for place, each in self._told if each.excess is not None]
        if all(excess <= 1.0 for _, excess in pairs):
            return None
        ratios = np.clip([excess for _, excess in pairs], 1.0 / FAR, FAR)
        places = [place for place, _ in pairs]
        return self._model("excess", places, np.log(ratios), MEASURED_NOISE)

    @cached_property
    def _success(self) -> GaussianProcess | None:
        """A model of what fails for no measured reason; None where nothing does."""
        import numpy as np

        told = self._told
        unexplained = [(p, each) for p, each in told if each.excess is None or each.excess <= 1.0]
        labels = [each.feasible and each.score is not None for _, each in unexplained]
        if all(labels):
            return None
        places = [place for place, _ in unexplained]
        return self._model("success", places, np.where(labels, 1.0, -1.0))

    def _model(
        self, name: str, places: list[int], targets: Array, noise: float = USUAL_NOISE
    ) -> GaussianProcess:
        kept = representative(targets, MODEL_POINTS)
        views = self._at([places[each] for each in kept])
        usual = self._geometry.usual_weights
        model = GaussianProcess(views, targets[kept], usual, noise, self._found.get(name))
        self._found[name] = model.parameters
        return model

    def _expected(self) -> Array:
        import numpy as np

        if not self._objectives:
            return np.zeros((0, 1))
        views = self._at(self.scored)
        return np.stack([model.mean(views) for model in self._objectives], axis=1)

    def _at(self, places: Sequence[int]) -> list[Features]:
        return [view.taken(list(places)) for view in self._views]


def _is_scored(told: Told, costs: Sequence[str]) -> bool:
    return told.score is not None and all(name in told.costs for name in costs)
