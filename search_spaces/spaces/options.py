"""Options: what plans check of them, whoever wrote them, and which of them are meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from search_spaces.errors import UserInputError
from search_spaces.signature import InputSpec


def middle(options: Sequence[int]) -> int:
    """Returns the option in the middle, the larger of two."""
    return options[len(options) // 2]


def divided(length: int, divisor: int) -> int:
    """Returns how many steps or pixels a length has after division, rounded up."""
    return -(-length // divisor)


def shortening(steps: int, factors: Sequence[int], most: int) -> int:
    """Returns the smallest factor that leaves at most `most` of `steps` steps, or the largest."""
    return min((each for each in factors if steps <= each * most), default=max(factors))


def choose_activation(
    hp: Any, activations: Sequence[str], normalizations: Sequence[str]
) -> tuple[str, str]:
    """Declares activation and normalization, and returns both; selu normalizes itself."""
    activation = str(hp.Choice("activation", list(activations)))
    others = [name for name in activations if name != "selu"]
    with hp.conditional_scope("activation", others):
        normalization = str(hp.Choice("normalization", list(normalizations)))
    return activation, "none" if activation == "selu" else normalization


def check_positions(layouts: Sequence[str], needing: str, spec: InputSpec) -> None:
    """Checks that a plan has no layout for positions where the input has none.

    Raises:
        UserInputError: If it has.
    """
    if needing in layouts and not spec.rank:
        raise UserInputError(
            f"The layout {needing!r} needs positions, and a vector has none. Received:"
            f" layouts={tuple(layouts)}. Leave it out of the plan."
        )


def check_counts(plan: Any, *names: str, least: int = 1, empty: bool = False) -> None:
    """Checks fields that hold several whole numbers each.

    Args:
        plan: The plan.
        names: Its fields.
        least: Smallest number allowed.
        empty: Whether a field may hold none.

    Raises:
        ValueError: If a field is no tuple, holds none, or one that is no such number.
    """
    for name in names:
        given = getattr(plan, name)
        listed = isinstance(given, Sequence) and not isinstance(given, str)
        if not listed or not (given or empty) or not all(_is_count(n, least) for n in given):
            raise ValueError(
                f"`{name}` must be a list of whole numbers from {least}. Received: {given!r}"
            )


def check_count(plan: Any, *names: str, least: int = 1) -> None:
    """Checks fields that hold one whole number each.

    Raises:
        ValueError: If one does not.
    """
    for name in names:
        given = getattr(plan, name)
        if not _is_count(given, least):
            raise ValueError(f"`{name}` must be a whole number from {least}. Received: {given!r}")


def check_names(plan: Any, name: str, known: Sequence[str] = ()) -> None:
    """Checks a field that holds several names.

    Args:
        plan: The plan.
        name: The field.
        known: What it can name; nothing means anything.

    Raises:
        ValueError: If it is no tuple of at least one name, or one is unknown.
    """
    given = getattr(plan, name)
    listed = isinstance(given, Sequence) and not isinstance(given, str)
    if not listed or not given or not all(isinstance(each, str) for each in given):
        raise ValueError(f"`{name}` must be a list of names. Received: {given!r}")
    unknown = [each for each in given if known and each not in known]
    if unknown:
        raise ValueError(f"`{name}` are some of {', '.join(known)}. Received: {unknown[0]!r}")


def _is_count(number: Any, least: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= least
