"""One `keras_tuner.Oracle`, driven from outside and guarded against its defects.

Every private name of KerasTuner that the project touches is in this file and
in `oracles/`; a contract test fails loudly when an upgrade moves one. What is
guarded, here and in `ask_tell`, as found in KerasTuner 1.4.8:

* ``seed=0`` means "no seed";
* a score of infinity is taken, and a Gaussian process then reads it as zero;
* the Bayesian oracle proposes what was tried before;
* three failures in a row end the search;
* an exception inside a synchronized method leaves the oracle locked;
* state is written to JSON files, not atomically (here nothing is written: the
  run store is replayed instead).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import keras_tuner
from keras_tuner.src.engine import oracle as kt_oracle
from keras_tuner.src.engine import trial as kt_trial

from automl.errors import AutomlError
from automl.tuning.random_values import random_values_of
from automl.tuning.shared_space import SharedSpace

_NO_LIMIT = 10**9


class DrivenOracle:
    """Asks an oracle for values and ends its trials; it holds no lock and writes no file.

    Args:
        oracle_class: A `keras_tuner.Oracle` subclass.
        hyperparameters: The whole space.
        seed: Any whole number from 0.
    """

    def __init__(
        self,
        oracle_class: type[keras_tuner.Oracle],
        hyperparameters: keras_tuner.HyperParameters,
        seed: int,
    ) -> None:
        self._seed = seed
        self.oracle = oracle_class(
            objective=keras_tuner.Objective("score", "max"),
            max_trials=None,
            hyperparameters=SharedSpace.of(hyperparameters),
            seed=seed + 1,
            max_retries_per_trial=0,
            max_consecutive_failed_trials=_NO_LIMIT,
        )
        self.oracle.verbose = 0
        self.oracle.save = lambda: None
        # It looks through all trials whenever one ends, for failures that count nowhere.
        self.oracle._check_consecutive_failures = lambda: None
        self.oracle._save_trial = lambda trial: None
        self.oracle._random_values = random_values_of(self.oracle)

    def propose(self, number: int) -> dict[str, Any] | None:
        """Returns values for proposal `number`, which is not begun; None if there are none.

        They depend on the seed, the number and what was told alone, but for an oracle
        that makes several proposals at once.

        Raises:
            AutomlError: If the oracle itself fails.
        """
        self._reseed(number)
        trial = self.guarded(lambda: self.oracle.create_trial(f"proposal-{number}"))
        if trial.status != kt_trial.TrialStatus.RUNNING:
            return None
        values = dict(trial.hyperparameters.values)
        self._forget(trial)
        return values

    def draw(self) -> dict[str, Any] | None:
        """Returns values at random, as the oracle draws them; None if it finds none."""
        values: dict[str, Any] | None = self.guarded(self.oracle._random_values)
        return values

    def begin(self, number: int, values: Mapping[str, Any]) -> None:
        """Makes values known to the oracle as an open trial."""
        hyperparameters = self.oracle.hyperparameters.copy()
        hyperparameters.values = dict(values)
        trial = kt_trial.Trial(
            hyperparameters=hyperparameters,
            trial_id=str(number),
            status=kt_trial.TrialStatus.RUNNING,
        )
        self.oracle._record_values(trial)
        self.oracle.trials[trial.trial_id] = trial
        self.oracle.start_order.append(trial.trial_id)
        self.oracle.ongoing_trials[f"proposal-{number}"] = trial

    def end(self, number: int, score: float | None) -> None:
        """Ends a trial, once; what is told of it later replaces its score."""
        trial = self.oracle.trials[str(number)]
        first = trial.status == kt_trial.TrialStatus.RUNNING
        if score is not None:
            trial.metrics.metrics.pop("score", None)
            self.guarded(lambda: self.oracle.update_trial(trial.trial_id, {"score": score}))
            trial.score, trial.status = score, kt_trial.TrialStatus.COMPLETED
        elif first:
            trial.status = kt_trial.TrialStatus.FAILED
        if first:
            self.guarded(lambda: self.oracle.end_trial(trial))

    def _reseed(self, number: int) -> None:
        # Far enough apart that two proposals never share a random state.
        state = (self._seed + 1) * 1_000_003 + number * 10_007
        self.oracle._seed_state = state % (2**31)
        if hasattr(self.oracle, "_random_state"):
            self.oracle._random_state.seed(state % (2**31))

    def _forget(self, trial: kt_trial.Trial) -> None:
        oracle = self.oracle
        oracle.trials.pop(trial.trial_id, None)
        if oracle.start_order[-1] == trial.trial_id:
            oracle.start_order.pop()  # As it is; to look for it takes longer trial by trial.
        else:
            oracle.start_order.remove(trial.trial_id)
        for tuner, open_trial in list(oracle.ongoing_trials.items()):
            if open_trial.trial_id == trial.trial_id:
                oracle.ongoing_trials.pop(tuner)
        oracle._tried_so_far.discard(oracle._id_to_hash.pop(trial.trial_id, None))

    def guarded(self, call: Callable[[], Any]) -> Any:
        """Returns what a call into the oracle returns, and leaves no lock behind.

        Raises:
            AutomlError: If it fails.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                return call()
        except Exception as error:
            raise AutomlError(
                f"The oracle {type(self.oracle).__name__} failed: {error}."
                " Choose another with --oracle."
            ) from error
        finally:
            self._unlock()

    def _unlock(self) -> None:
        lock = kt_oracle.LOCKS[self.oracle]
        if lock.locked():
            kt_oracle.THREADS[self.oracle] = None
            lock.release()
