"""Spaces from what a user named: one, several at once, or those that suit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import search_spaces
from search_spaces.definition import Definition
from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.auto import suited
from search_spaces.spaces.union import UnionSpace

AUTO = "auto"


def resolve(
    names: Sequence[str | Definition], signature: Signature
) -> tuple[str | Definition, ...]:
    """Returns the spaces meant: ``auto`` is replaced by those that suit the signature.

    Raises:
        UnsuitableSpaceError: If one that was named does not accept the signature.
        UserInputError: If one is named twice.
    """
    entries: list[str | Definition] = []
    for name in names:
        entries += [*suited(signature)] if name == AUTO else [name]
    known: set[str] = set()
    for entry in entries:
        if name_of(entry) in known:
            raise UserInputError(f"Each space is named once. Received: {name_of(entry)!r} twice.")
        known.add(name_of(entry))
        reason = _class_of(entry).accepts(signature)
        if reason is not None:
            raise UnsuitableSpaceError(
                f"The space {name_of(entry)!r} does not fit this data: {reason}."
                " Choose another with --space."
            )
    return tuple(entries)


def make_space(
    names: Sequence[str | Definition],
    signature: Signature,
    choices: Mapping[str, Any] | None = None,
    targets: Iterable[str] = (),
) -> SearchSpace:
    """Returns the space of one name, or the union of several.

    Args:
        names: Registered names, import paths, definitions, or ``"auto"``.
        signature: Input and target.
        choices: Options left, as of `SearchSpace`.
        targets: What the files will be, as of `SearchSpace`.

    Raises:
        UnsuitableSpaceError: If a space does not accept the signature or
            nothing it can build ships to a target.
        UserInputError: If a name, choice or target is unknown.
    """
    entries = resolve(names, signature)
    if len(entries) == 1:
        return _make(entries[0], signature, choices, targets)
    members = {name_of(entry): _make(entry, signature, None, ()) for entry in entries}
    return UnionSpace(signature, members, choices, targets=targets)


def name_of(entry: str | Definition) -> str:
    """Returns a space's name as hyperparameters and reports show it."""
    return entry.name if isinstance(entry, Definition) else entry.rpartition(":")[2]


def _class_of(entry: str | Definition) -> type[SearchSpace]:
    base = entry.base if isinstance(entry, Definition) else entry
    found: type[SearchSpace] = search_spaces.SPACES.get(base)
    return found


def _make(
    entry: str | Definition,
    signature: Signature,
    choices: Mapping[str, Any] | None,
    targets: Iterable[str],
) -> SearchSpace:
    if not isinstance(entry, Definition):
        return _class_of(entry)(signature, choices, targets=targets)
    space = _class_of(entry)(
        signature,
        {**entry.choices, **(choices or {})},
        targets=targets,
        plan=entry.plan,
    )
    space.name = entry.name
    space.summary = entry.summary or space.summary
    if entry.guesses:
        space.guesses = lambda: entry.guesses  # type: ignore[method-assign]
    return space
