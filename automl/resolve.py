"""What ``auto`` stands for: decided from the data's description and the plan alone."""

from __future__ import annotations

from collections.abc import Sequence

from automl.data.dataset import DataSummary
from automl.errors import UnsuitableSpaceError, UserInputError
from automl.registry import RECIPES, TASKS
from search_spaces import SPACES, Signature

DEFAULT_ORACLE = "bayesian"

#: From the largest to the smallest stored weight.
_WEIGHT_ORDER = ("float32", "float16", "int8")


def find_task(name: str, data: DataSummary) -> tuple[str, Signature]:
    """Returns the task's name, inferred if ``auto``, and the signature it gives the data.

    Raises:
        UserInputError: If the task, or every task, does not suit the data.
    """
    if name == "auto":
        name = next((n for n in TASKS.names() if TASKS.get(n).suits(data) is None), "")
        if not name:
            raise UserInputError("No registered task suits the data. Name one with --task.")
    if reason := TASKS.get(name).suits(data):
        raise UserInputError(f"The task {name!r} does not suit the data: {reason}.")
    return name, Signature(data.input, TASKS.get(name)().target(data))


def suitable_space(name: str, signature: Signature) -> str:
    """Returns the name of the space to search, the first that suits if ``auto``.

    Raises:
        UnsuitableSpaceError: If it, or every space, does not accept the signature.
    """
    names = SPACES.names() if name == "auto" else (name,)
    reasons = {candidate: SPACES.get(candidate).accepts(signature) for candidate in names}
    for candidate, reason in reasons.items():
        if reason is None:
            return candidate
    raise UnsuitableSpaceError(
        "No space suits the data: "
        + "; ".join(f"{candidate}: {reason}" for candidate, reason in reasons.items())
        + ". Choose another with --space."
    )


def find_oracle(name: str) -> str:
    """Returns the registry name or import path of the oracle to ask."""
    return DEFAULT_ORACLE if name == "auto" else name


def by_size(names: Sequence[str]) -> tuple[str, ...]:
    """Returns recipes from the smallest stored weights to the largest."""

    def largeness(name: str) -> tuple[int, bool]:
        recipe = RECIPES.get(name)
        return -_WEIGHT_ORDER.index(recipe.weights), recipe.activations != "int8"

    return tuple(sorted(names, key=largeness))


def smallest_weights(names: Sequence[str]) -> tuple[str, ...]:
    """Returns the recipes, of those `by_size` ordered, that store weights as the first does."""
    first = RECIPES.get(names[0]).weights
    return tuple(name for name in names if RECIPES.get(name).weights == first)
