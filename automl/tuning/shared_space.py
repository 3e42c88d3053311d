"""Hyperparameters that are copied in microseconds.

KerasTuner 1.4.8 copies a whole space twice a trial, by way of its description, which
takes longer than most strategies take to suggest.
"""

from __future__ import annotations

from collections import defaultdict

import keras_tuner


class SharedSpace(keras_tuner.HyperParameters):
    """A space whose copies have values of their own and share its hyperparameters.

    No hyperparameter is changed once it is declared; what is declared on a copy is
    not declared on the others.
    """

    @classmethod
    def of(cls, hyperparameters: keras_tuner.HyperParameters) -> SharedSpace:
        """Returns a space with the hyperparameters and the values of another."""
        made = cls()
        made._space = list(hyperparameters._space)
        made._hps = defaultdict(list, {k: list(v) for k, v in hyperparameters._hps.items()})
        made.values = dict(hyperparameters.values)
        return made

    def ensure_active_values(self) -> None:
        """Draws what is active and missing, and drops what is not active.

        As KerasTuner does it, whose way through the conditions takes longer.
        """
        values = self.values
        for hp in self._space:
            for condition in hp.conditions:
                if not condition.is_active(values):
                    values.pop(hp.name, None)
                    break
            else:
                if hp.name not in values:
                    values[hp.name] = hp.random_sample()

    def copy(self) -> SharedSpace:
        """Returns another of the same."""
        return self.of(self)
