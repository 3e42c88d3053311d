"""Which of several blocks: what is offered, the choice, and what cannot ship."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import search_spaces
from search_spaces.errors import UserInputError
from search_spaces.limits import Limit
from search_spaces.narrowing import last_part


def choose_block(
    hp: Any, hyperparameter: str, names: Sequence[str], size: tuple[int, ...]
) -> tuple[str, Any]:
    """Declares which block, and what each of them decides.

    Args:
        hp: Where hyperparameters are declared.
        hyperparameter: What the choice is called.
        names: Names or import paths of the blocks; the first is the default.
        size: Length of each axis of positions of the block's input.

    Returns:
        The block taken, and what its `choose` returned.
    """
    kind = str(hp.Choice(hyperparameter, list(names)))
    return kind, choices_of(kind, hp, hyperparameter, names, size)


def choices_of(
    kind: str, hp: Any, hyperparameter: str, names: Sequence[str], size: tuple[int, ...]
) -> Any:
    """Declares what each block decides, where the block itself was chosen before.

    Args:
        kind: The block taken.
        hp: As of `choose_block`.
        hyperparameter: As of `choose_block`.
        names: As of `choose_block`.
        size: As of `choose_block`.

    Returns:
        What the `choose` of the block taken returned.
    """
    taken: Any = None
    for name in names:
        if getattr(hp, "only_reads", False) and name != kind:
            continue
        with hp.conditional_scope(hyperparameter, [name]), hp.name_scope(name):
            choices = search_spaces.BLOCKS.get(name)().choose(hp, size)
        taken = choices if name == kind else taken
    return taken


def asked_blocks(
    hyperparameter: str, offered: Iterable[str], asked: Mapping[str, Any], rank: int
) -> list[str]:
    """Returns blocks to offer: those of a plan, and import paths that a user asked for.

    Args:
        hyperparameter: The last part of what offers them.
        offered: The plan's blocks.
        asked: Choices as the user named them.
        rank: Axes of positions that they have to take.

    Raises:
        UserInputError: If one of them does not take this rank, or is unknown.
    """
    paths: list[str] = []
    for key, options in asked.items():
        if last_part(key) == hyperparameter:
            paths += [options] if isinstance(options, str) else options
    names = list(dict.fromkeys([*offered, *(path for path in paths if ":" in path)]))
    for name in names:
        ranks = search_spaces.BLOCKS.get(name).ranks
        if rank not in ranks:
            raise UserInputError(
                f"The block {name!r} takes inputs with {' or '.join(map(str, ranks))} axes of"
                f" positions, and {hyperparameter!r} has {rank}. Leave it out."
            )
    return names


def block_limits(hyperparameter: str, names: Iterable[str]) -> tuple[Limit, ...]:
    """Returns the limits that blocks, the options of a hyperparameter, declare for themselves."""
    return tuple(
        Limit(target, reason, name=hyperparameter, options=(name,))
        for name in names
        for target, reason in search_spaces.BLOCKS.get(name).unsupported.items()
    )
