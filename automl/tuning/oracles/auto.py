"""Model-based search, the default."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automl.tuning.oracles.candidates import candidates
from automl.tuning.oracles.encoding import Encoding
from automl.tuning.oracles.kernel import Geometry
from automl.tuning.oracles.learning import Known, LearningOracle, Told
from automl.tuning.oracles.surrogate import Surrogate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Finished trials before the model is asked.
INITIAL_POINTS = 8
#: Best configurations that children are made of.
PARENTS = 8
#: Open trials from which on several proposals are made of one model, and of how many
#: open ones each: the model of a moment ago is as good, and fitting it takes a while.
MANY_OPEN, OPEN_PER_PROPOSAL = 8, 2


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

    With many open trials (`MANY_OPEN`), whose order of ending is chance anyway,
    proposals come in batches, and an opinion lasts for some trials.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._space: tuple[int, Encoding, Geometry] | None = None
        self._rows: dict[str, NDArray[np.float64]] = {}
        self._ahead: list[dict[str, Any]] = []
        self._judge: tuple[int, Surrogate] | None = None
        self._heard = 0

    def learn(self, trial_id: str, told: Told) -> None:
        """Hears how a trial ended or what it did at a rung."""
        super().learn(trial_id, told)
        self._heard += 1

    def propose(self, rng: random.Random) -> dict[str, Any] | None:
        """Returns the most promising new configuration; None while too little is known."""
        self._encoded_space()
        while self._ahead:
            values = self._ahead.pop(0)
            if self.is_new(values):
                return values
        self._ahead = self._proposals(rng)
        return self._ahead.pop(0) if self._ahead else None

    def _proposals(self, rng: random.Random) -> list[dict[str, Any]]:
        """Returns new configurations, the first for now; none while too little is known."""
        import numpy as np

        trials = self.history()
        if sum(trial.told is not None for trial in trials) < INITIAL_POINTS:
            return []
        chance = np.random.default_rng(rng.getrandbits(64))
        encoding, geometry = self._encoded_space()
        rows = self._encoded(encoding, trials)
        surrogate = Surrogate(geometry, trials, rows, self.cost_objectives)
        if not self.cost_objectives:
            self._judge = self._heard, surrogate  # It knows all that a judge does.
        found = candidates(encoding, rows[surrogate.best(PARENTS)], rows, chance)
        if not len(found):
            return []
        chosen = surrogate.chosen(
            found,
            self._patience(),
            lambda place: self.is_new(encoding.decode(found[place])),
            chance,
        )
        return [encoding.decode(found[place]) for place in chosen]

    def _patience(self) -> int:
        """Returns for how many proposals, or trials that end, one model is good."""
        many = len(self.ongoing_trials)
        return 1 if many < MANY_OPEN else max(1, many // OPEN_PER_PROPOSAL)

    def promising(self, trial_ids: Sequence[str]) -> Sequence[float] | None:
        """Returns what the model expects of trials at the end; None while too little is known."""
        trials = self.history()
        if sum(trial.told is not None for trial in trials) < INITIAL_POINTS:
            return None
        encoding, geometry = self._encoded_space()
        rows = self._encoded(encoding, trials)
        if self._judge is None or self._heard - self._judge[0] >= self._patience():
            self._judge = self._heard, Surrogate(geometry, trials, rows)
        places = {trial.trial_id: place for place, trial in enumerate(trials)}
        judge = self._judge[1]
        if not judge.scored or not all(each in places for each in trial_ids):
            return None
        asked = rows[[places[each] for each in trial_ids]]
        expected: list[float] = judge.expected_score(asked).tolist()
        return expected

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
            self._rows, self._ahead, self._judge = {}, [], None
        return self._space[1:]

    def _encoded(self, encoding: Encoding, trials: Sequence[Known]) -> NDArray[np.float64]:
        import numpy as np

        fresh = [trial for trial in trials if trial.trial_id not in self._rows]
        rows = encoding.encode([trial.values for trial in fresh])
        self._rows |= {trial.trial_id: row for trial, row in zip(fresh, rows, strict=True)}
        return np.array([self._rows[trial.trial_id] for trial in trials])
