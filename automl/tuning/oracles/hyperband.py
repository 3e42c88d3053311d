"""Hyperband, without waiting."""

from __future__ import annotations

from automl.tuning.oracles.asha import ASHAOracle


class HyperbandOracle(ASHAOracle):
    """Random configurations that start on different rungs.

    How much of a training tells good from bad is not known before: some trials
    have to show it early, some late, and some are trained to the end at once (Li
    et al., Hyperband: a novel bandit-based approach to hyperparameter
    optimization, 2018, https://arxiv.org/abs/1603.06560). Each bracket is one of
    asynchronous successive halving, as its authors propose in section 3.4 of
    https://arxiv.org/abs/1810.05934.
    """

    brackets = True
