"""Asynchronous successive halving."""

from __future__ import annotations

import keras_tuner


class ASHAOracle(keras_tuner.oracles.RandomSearchOracle):
    """Random configurations, of which the better ones are trained for longer.

    Li et al., A system for massively parallel hyperparameter tuning, 2020,
    https://arxiv.org/abs/1810.05934. The promotions are the search loop's
    (`automl.tuning.promotion`), as for every strategy with ``--rungs``. Under a
    plain `keras_tuner.Tuner`, which knows no rungs, it is a random search.
    """

    #: Trials are paused unless a person says otherwise.
    rungs = True
