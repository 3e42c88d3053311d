"""Spaces from what a user named: one, several at once, or those that suit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import search_spaces
from search_spaces.definition import Definition
from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.foreign.adapting import adapted, is_space
from search_spaces.foreign.held import is_held
from search_spaces.foreign.space import ForeignSpace
from search_spaces.limits import LeftOut
from search_spaces.registry import nearest
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
        UnsuitableSpaceError: If one that was named does not accept the
            signature, or none suits.
        UserInputError: If one is named twice.
    """
    named = [name_of(name) for name in names]
    entries: list[str | Definition] = []
    for name in names:
        if name == AUTO:
            entries += [found for found in _suiting(signature) if found not in named]
        else:
            entries.append(name)
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
        names: Registered names, import paths, definitions, or ``"auto"``. An
            import path may lead to a `SearchSpace`, to any other
            `keras_tuner.HyperModel` or to a ``build(hp)`` function.
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
    for entry in entries:
        if issubclass(_class_of(entry), ForeignSpace):
            raise UserInputError(
                "A hypermodel that is no SearchSpace is searched alone. Received:"
                f" {name_of(entry)!r} with {len(entries) - 1} other spaces."
            )
    members = {name_of(entry): _make(entry, signature, None, ()) for entry in entries}
    return UnionSpace(signature, members, choices, targets=targets)


def name_of(entry: str | Definition) -> str:
    """Returns a space's name as hyperparameters and reports show it."""
    return entry.name if isinstance(entry, Definition) else entry.rpartition(":")[2]


def out_of_reach(space: SearchSpace, target: str) -> tuple[LeftOut, ...]:
    """Returns the options still in a space whose configurations cannot ship to a target."""
    options = {each.name: list(each.values) for each in space.hyperparameters().space}
    return tuple(
        limit
        for limit in space.limited
        if limit.target == target
        and (not limit.name or limit.option in options.get(limit.name, ()))
    )


def _suiting(signature: Signature) -> tuple[str, ...]:
    known = search_spaces.SPACES.names()
    reasons = {
        name: search_spaces.SPACES.get(name).accepts(signature)
        for name in suited(signature)
        if name in known
    }
    found = tuple(name for name, reason in reasons.items() if reason is None)
    if not found:
        why = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        raise UnsuitableSpaceError(
            f"No registered space suits the data{': ' if why else ''}{why}. Name one with --space."
        )
    return found


def _class_of(entry: str | Definition) -> Any:
    base = entry.base if isinstance(entry, Definition) else entry
    found = search_spaces.SPACES.get(base) if not is_held(base) else None
    return found if is_space(found) else adapted(base, found)


def _make(
    entry: str | Definition,
    signature: Signature,
    choices: Mapping[str, Any] | None,
    targets: Iterable[str],
) -> SearchSpace:
    if not isinstance(entry, Definition):
        made: SearchSpace = _class_of(entry)(signature, choices, targets=targets)
        return made
    space: SearchSpace = _class_of(entry)(
        signature,
        {**entry.choices, **(choices or {})},
        targets=targets,
        plan=entry.plan,
    )
    space.name = entry.name
    space.summary = entry.summary or space.summary
    for guess in entry.guesses:
        for name in guess:
            if name not in space.names:
                raise UserInputError(
                    f"A guess of the space {entry.name!r} names no hyperparameter of it. Received:"
                    f" {name!r}.{nearest(name, space.names)}"
                )
    if entry.guesses:
        space.guesses = lambda: entry.guesses  # type: ignore[method-assign]
    return space
