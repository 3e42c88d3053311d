"""How long a step trains when nobody says, and how fast."""

from __future__ import annotations

from automl.errors import UserInputError


def epochs_of(asked: int, trial: int, share: float) -> int:
    """Returns the epochs of a fine-tuning.

    Args:
        asked: What the step says; 0 leaves it to the trial.
        trial: Epochs that the trial was trained for.
        share: Part of them that the step takes.
    """
    return asked or max(1, round(trial * share))


def check_training(step: str, epochs: int, rate: float) -> None:
    """Checks the fields of a step that trains.

    Args:
        step: Its name.
        epochs: Epochs of fine-tuning; 0 leaves them to the trial.
        rate: Factor on the trial's learning rate.

    Raises:
        UserInputError: If one makes no sense.
    """
    if epochs < 0:
        raise UserInputError(
            f"{step}: epochs is 0 (a share of the trial's) or more. Received: epochs={epochs}."
        )
    if rate <= 0:
        raise UserInputError(f"{step}: rate is above 0. Received: rate={rate}.")
