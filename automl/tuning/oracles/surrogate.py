"""What is expected of configurations, given how trials ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from automl.tuning.oracles.fidelity import Fidelities
from automl.tuning.oracles.gaussian_process import GaussianProcess, representative
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
    """

    def __init__(
        self, geometry: Geometry, trials: Sequence[Known], rows: Array, costs: Sequence[str] = ()
    ) -> None:
        self._geometry = geometry
        self._views = geometry.views(rows)
        told = [(place, each.told) for place, each in enumerate(trials) if each.told is not None]
        self._open = [place for place, each in enumerate(trials) if each.told is None]
        #: Places of the trials that have a value of every objective.
        self.scored = [place for place, each in told if _is_scored(each, costs)]
        outcomes = [trials[place].told for place in self.scored]
        scores = [each for each in outcomes if each is not None]
        self._objectives = self._objective_models(scores, told, costs)
        self._excess, self._success = self._excess_model(told), self._success_model(told)
        self._told = told
        self.expected = self._expected()
        #: The models as if what is open had ended as expected, and what they expect of it.
        self._believing, self._awaited = self._objectives, self.expected[:0]

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
        count: int,
        accepts: Callable[[int], bool],
        rng: np.random.Generator,
    ) -> list[int]:
        """Returns the places of the configurations that are worth most, one after the other.

        Each is chosen as if what is open, and those before it, had ended as expected.

        Args:
            rows: The configurations, encoded.
            count: How many are wanted; there may be fewer.
            accepts: Tells whether the configuration at a place may be chosen.
            rng: Where chance comes from.
        """
        import numpy as np

        self._believe(self._at(self._open))
        self._open = []
        views = self._geometry.views(rows)
        worth = self._worth(views, rng)
        left = np.argsort(-worth, kind="stable")[: LOOKED_AT + count].tolist()
        found: list[int] = []
        while len(found) < count:
            if found:
                self._believe([view.taken(found[-1:]) for view in views])
                # What is believed only takes away: the old worth bounds the new one.
                head = left[:LOOKED_AT_AGAIN]
                worth[head] = self._worth([view.taken(head) for view in views], rng)
                left.sort(key=lambda place: -worth[place])
            place = next((each for each in left if accepts(each)), None)
            if place is None:
                break
            left.remove(place)
            found.append(place)
        return found

    def _believe(self, views: Sequence[Features]) -> None:
        """Takes configurations for ended as expected."""
        import numpy as np

        if not self._objectives or not len(views[0].points):
            return
        expected = np.stack([model.mean(views) for model in self._objectives], axis=1)
        self._awaited = np.concatenate([self._awaited, expected])
        self._believing = [model.believing(views) for model in self._believing]

    def _worth(self, views: Sequence[Features], rng: np.random.Generator) -> Array:
        """Returns what it is worth to try configurations, on no scale but its own."""
        import numpy as np

        feasible = self.feasibility(views)
        if not self._objectives:
            return feasible
        models, known = self._believing, np.concatenate([self.expected, self._awaited])
        if len(models) == 1:
            return feasible * self._expected_improvement(models[0], known, views)
        return feasible * self._expected_hypervolume(models, known, views, rng)

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

    def _expected_improvement(self, model: Model, known: Array, views: Sequence[Features]) -> Array:
        import numpy as np
        from scipy.special import ndtr

        mean, deviation = model.predict(views)
        gain = mean - known.max()
        ratio = gain / deviation
        density = np.exp(-0.5 * ratio**2) / np.sqrt(2.0 * np.pi)
        improvement: Array = gain * ndtr(ratio) + deviation * density
        return improvement

    def _expected_hypervolume(
        self,
        models: Sequence[Model],
        known: Array,
        views: Sequence[Features],
        rng: np.random.Generator,
    ) -> Array:
        import numpy as np

        low, high = known.min(axis=0), known.max(axis=0)
        span = np.where(high > low, high - low, 1.0)
        predicted = [model.predict(views) for model in models]
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
            models.append(self._model(places, clipped(-measured), MEASURED_NOISE))
        return models

    def _score_model(self, scored: list[Told], scaled: Callable[[Array], Array]) -> Model:
        """Returns a model of what trials are worth at the end, of all that is known of them."""
        import numpy as np

        rungs = sorted({rung for each in scored for rung in each.rungs})
        if len(rungs) < 2:
            return self._model(self.scored, scaled(np.array([each.score for each in scored])))
        scores = np.array([[each.rungs.get(rung, np.nan) for rung in rungs] for each in scored])
        views, usual = self._at(self.scored), self._geometry.usual_weights
        return Fidelities(views, scores, scaled, usual, MODEL_POINTS)

    def _excess_model(self, told: Sequence[tuple[int, Told]]) -> GaussianProcess | None:
        import numpy as np

        pairs = [(place, each.excess) for place, each in told if each.excess is not None]
        if all(excess <= 1.0 for _, excess in pairs):
            return None
        ratios = np.clip([excess for _, excess in pairs], 1.0 / FAR, FAR)
        return self._model([place for place, _ in pairs], np.log(ratios), MEASURED_NOISE)

    def _success_model(self, told: Sequence[tuple[int, Told]]) -> GaussianProcess | None:
        import numpy as np

        unexplained = [(p, each) for p, each in told if each.excess is None or each.excess <= 1.0]
        labels = [each.feasible and each.score is not None for _, each in unexplained]
        if all(labels):
            return None
        return self._model([place for place, _ in unexplained], np.where(labels, 1.0, -1.0))

    def _model(
        self, places: list[int], targets: Array, noise: float | None = None
    ) -> GaussianProcess:
        kept = representative(targets, MODEL_POINTS)
        views = self._at([places[each] for each in kept])
        usual = self._geometry.usual_weights
        if noise is None:
            return GaussianProcess(views, targets[kept], usual)
        return GaussianProcess(views, targets[kept], usual, noise)

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
