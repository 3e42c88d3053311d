"""How long a step trains when nobody says."""

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


def check_epochs(step: str, epochs: int) -> None:
    """Checks the field of a step.

    Raises:
        UserInputError: If it is negative.
    """
    if epochs < 0:
        raise UserInputError(
            f"{step}: epochs is 0 (a share of the trial's) or more. Received: epochs={epochs}."
        )
