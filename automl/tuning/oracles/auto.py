"""Model-based search, the default."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automl.tuning.oracles.candidates import candidates
from automl.tuning.oracles.encoding import Encoding
from automl.tuning.oracles.kernel import Geometry
from automl.tuning.oracles.learning import Known, LearningOracle
from automl.tuning.oracles.surrogate import Surrogate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Finished trials before the model is asked.
INITIAL_POINTS = 8
#: Best configurations that children are made of.
PARENTS = 8
#: Most promising candidates that are looked at for one that is new.
LOOKED_AT = 50


class AutoOracle(LearningOracle):
    """Bayesian optimization with a Gaussian process over active hyperparameters.

    Of random configurations and children of the best ones it proposes the one
    with the highest expected improvement (Jones et al., 1998,
    https://doi.org/10.1023/A:1008306431147) over the best value the model
    expects anywhere it has been: scores are noisy, and the best one seen is a
    lucky one. What the gate turns away teaches another model, and the
    improvement is weighed by the probability that a candidate passes (Gardner
    et al., Bayesian optimization with inequality constraints, 2014,
    https://proceedings.mlr.press/v32/gardner14.html). With several objectives,
    the improvement is that of the hypervolume. Where trials are paused at rungs,
    the model learns from all of them what each will be worth at the end
    (`automl.tuning.oracles.fidelity`), and says which of them to go on with.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._space: tuple[int, Encoding, Geometry] | None = None
        self._rows: dict[str, NDArray[np.float64]] = {}

    def propose(self, rng: random.Random) -> dict[str, Any] | None:
        """Returns the most promising new configuration; None while too little is known."""
        import numpy as np

        trials = self.history()
        if sum(trial.told is not None for trial in trials) < INITIAL_POINTS:
            return None
        chance = np.random.default_rng(rng.getrandbits(64))
        encoding, geometry = self._encoded_space()
        rows = self._encoded(encoding, trials)
        surrogate = Surrogate(geometry, trials, rows, self.cost_objectives)
        found = candidates(encoding, rows[surrogate.best(PARENTS)], rows, chance)
        if not len(found):
            return None
        worth = surrogate.worth(found, chance)
        for place in np.argsort(-worth, kind="stable")[:LOOKED_AT]:
            values = encoding.decode(found[place])
            if self.is_new(values):
                return values
        return None

    def promising(self, trial_ids: Sequence[str]) -> Sequence[float] | None:
        """Returns what the model expects of trials at the end; None while too little is known."""
        trials = self.history()
        if sum(trial.told is not None for trial in trials) < INITIAL_POINTS:
            return None
        encoding, geometry = self._encoded_space()
        surrogate = Surrogate(geometry, trials, self._encoded(encoding, trials))
        places = {trials[place].trial_id: row for row, place in enumerate(surrogate.scored)}
        if not all(each in places for each in trial_ids):
            return None
        return [float(surrogate.expected[places[each], 0]) for each in trial_ids]

    def recommend(self) -> str | None:
        """Returns the id of the finished trial that the model expects most of.

        Scores are noisy: the best one seen owes something to luck. What the
        model expects speaks from a trial's neighbours, too. It goes by the
        score alone, whatever the other objectives are; None if no trial that was
        trained to the end has one.
        """
        trials = [trial for trial in self.history() if trial.told and trial.told.score is not None]
        whole = {place for place, trial in enumerate(trials) if trial.told and trial.told.whole}
        if not whole:
            return None
        encoding, geometry = self._encoded_space()
        surrogate = Surrogate(geometry, trials, self._encoded(encoding, trials))
        best = next(place for place in surrogate.best(len(trials)) if place in whole)
        return trials[best].trial_id

    def _encoded_space(self) -> tuple[Encoding, Geometry]:
        """Returns the space, encoded; a plain `keras_tuner.Tuner` may add to it as it goes."""
        size = len(self.hyperparameters.space)
        if self._space is None or self._space[0] != size:
            encoding = Encoding(self.hyperparameters)
            self._space = size, encoding, Geometry(encoding)
            self._rows = {}
        return self._space[1:]

    def _encoded(self, encoding: Encoding, trials: Sequence[Known]) -> NDArray[np.float64]:
        import numpy as np

        fresh = [trial for trial in trials if trial.trial_id not in self._rows]
        rows = encoding.encode([trial.values for trial in fresh])
        self._rows |= {trial.trial_id: row for trial, row in zip(fresh, rows, strict=True)}
        return np.array([self._rows[trial.trial_id] for trial in trials])
