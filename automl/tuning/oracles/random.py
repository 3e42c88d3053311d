"""Random search over the active hyperparameters."""

from __future__ import annotations

import keras_tuner


class RandomOracle(keras_tuner.oracles.RandomSearchOracle):
    """KerasTuner's random search, as it is; `AskTell` guards it."""
