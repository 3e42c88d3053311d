"""How many epochs a trial is trained for before it has to show that it deserves more."""

from __future__ import annotations

from automl.errors import UserInputError

AUTO, OFF = "auto", "off"
#: Epochs of the first rung at least, where nobody says how many rungs there are:
#: before that every model looks alike.
LEAST_EPOCHS = 3
#: Rungs at most, where nobody says.
MOST_RUNGS = 3


def read_rungs(value: str | int) -> str | int:
    """Reads ``auto``, ``off`` or a number of rungs from 1.

    Raises:
        UserInputError: If it is none of these.
    """
    text = str(value).strip().lower()
    if text in (AUTO, OFF):
        return text
    if text.isdecimal() and int(text) >= 1:
        return int(text)
    raise UserInputError(
        f"--rungs is auto, off or a whole number from 1. Received: {value!r}."
        " Each rung but the last pauses all but the most promising trials."
    )


def plan_rungs(epochs: int, rungs: str | int, reduction: int) -> tuple[int, ...]:
    """Returns the epochs after which trials are paused; the last number is `epochs`.

    Args:
        epochs: Epochs of a whole training.
        rungs: ``"auto"`` for as many as leave the first one `LEAST_EPOCHS`,
            ``"off"`` for none but the whole, or how many.
        reduction: How many times more epochs each rung has than the one before.
    """
    if rungs == OFF:
        return (epochs,)
    levels = [epochs]
    most = MOST_RUNGS if rungs == AUTO else int(rungs)
    least = LEAST_EPOCHS if rungs == AUTO else 1
    while len(levels) < most:
        fewer = round(epochs / reduction ** len(levels))
        if fewer < least or fewer >= levels[0]:
            break
        levels.insert(0, fewer)
    return tuple(levels)
