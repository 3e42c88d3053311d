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
#: Open trials from which on several proposals are made at once, and of how many open
#: ones each; a model is then good for as many results as trials are open. That of a
#: moment ago is as good, and fitting it takes a while.
MANY_OPEN, OPEN_PER_PROPOSAL = 8, 2
#: With many open trials, kernels are fitted anew once so much as often was heard; what
#: is heard in between changes the model, and its kernels hardly.
MORE_HEARD = 1.25


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
    proposals come in batches, and a model lasts for some results. Both begin anew
    in a search that is resumed: it goes on with a fresh model.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._space: tuple[int, Encoding, Geometry] | None = None
        self._rows: dict[str, NDArray[np.float64]] = {}
        self._ahead: list[dict[str, Any]] = []
        self._model: tuple[int, Surrogate] | None = None
        #: What the model expects of trials at the end.
        self._expected: dict[str, float] = {}
        #: Parameters of the models' kernels, and how much was heard when they were fitted.
        self._parameters: dict[str, NDArray[np.float64]] = {}
        self._fitted = self._heard = 0

    def learn(self, trial_id: str, told: Told) -> None:
        """Hears how a trial ended or what it did at a rung."""
        # A paused trial that is given up is told again, and that is no news.
        self._heard += told != self._told.get(trial_id)
        super().learn(trial_id, told)

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

        surrogate = self._surrogate()
        if surrogate is None:
            return []
        chance = np.random.default_rng(rng.getrandbits(64))
        encoding, _ = self._encoded_space()
        # Trials are only added at the end: the model's places are still theirs.
        trials = self.history()
        rows = self._encoded(encoding, trials)
        found = candidates(encoding, rows[surrogate.best(PARENTS)], rows, chance)
        if not len(found):
            return []
        chosen = surrogate.chosen(
            found,
            rows[[trial.told is None for trial in trials]],
            self._batch(),
            lambda place: self.is_new(encoding.decode(found[place])),
            chance,
        )
        return [encoding.decode(found[place]) for place in chosen]

    def promising(self, trial_ids: Sequence[str]) -> Sequence[float] | None:
        """Returns what the model expects of trials at the end; None while too little is known."""
        surrogate = self._surrogate()
        if surrogate is None or not surrogate.scored:
            return None
        if not all(each in self.trials for each in trial_ids):
            return None
        if not all(each in self._expected for each in trial_ids):
            # Those that are open will be asked for soon: one at a time takes longer.
            running = [trial.trial_id for trial in self.ongoing_trials.values()]
            asked = dict.fromkeys([*trial_ids, *running])
            fresh = [self._known(each) for each in asked if each not in self._expected]
            rows = self._encoded(self._encoded_space()[0], fresh)
            self._expect(fresh, surrogate.expected_score(rows))
        return [self._expected[each] for each in trial_ids]

    def _surrogate(self) -> Surrogate | None:
        """Returns the model, made anew once enough was heard; None while too little is known."""
        encoding, geometry = self._encoded_space()
        heard = max(self._heard, len(self.end_order))  # A plain tuner tells of ends alone.
        many = len(self.ongoing_trials)  # Without those that were promoted.
        patience = 1 if many < MANY_OPEN else many
        if self._model is None or heard - self._model[0] >= patience:
            trials = self.history()
            if sum(trial.told is not None for trial in trials) < INITIAL_POINTS:
                return None
            rows = self._encoded(encoding, trials)
            if many < MANY_OPEN or heard > MORE_HEARD * self._fitted:
                self._parameters, self._fitted = {}, heard
            surrogate = Surrogate(geometry, trials, rows, self.cost_objectives, self._parameters)
            self._model, self._expected = (heard, surrogate), {}
            self._expect([trials[each] for each in surrogate.scored], surrogate.expected[:, 0])
        return self._model[1]

    def _expect(self, trials: Sequence[Known], scores: NDArray[np.float64]) -> None:
        """Keeps what the model expects of trials."""
        ids = (trial.trial_id for trial in trials)
        self._expected |= dict(zip(ids, scores.tolist(), strict=True))

    def _batch(self) -> int:
        """Returns how many proposals to make at once."""
        many = len(self.ongoing_trials)
        return 1 if many < MANY_OPEN else max(1, many // OPEN_PER_PROPOSAL)

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
            self._rows, self._ahead, self._model = {}, [], None
            self._expected, self._parameters = {}, {}
        return self._space[1:]

    def _encoded(self, encoding: Encoding, trials: Sequence[Known]) -> NDArray[np.float64]:
        import numpy as np

        fresh = [trial for trial in trials if trial.trial_id not in self._rows]
        rows = encoding.encode([trial.values for trial in fresh])
        self._rows |= {trial.trial_id: row for trial, row in zip(fresh, rows, strict=True)}
        return np.array([self._rows[trial.trial_id] for trial in trials])
