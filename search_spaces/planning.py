"""How a space is scaled to its data, and what a user changes of that."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from search_spaces.errors import UserInputError
from search_spaces.registry import nearest
from search_spaces.signature import Signature


def make_plan(space: str, plan_class: Any, signature: Signature, changes: Mapping[str, Any]) -> Any:
    """Returns a space's plan for a signature; None for a space without plans.

    Args:
        space: Name of the space, for errors.
        plan_class: A frozen dataclass with a class method ``of(signature)``, or None.
        signature: Input and target.
        changes: Fields to use instead of what the class makes of the signature.

    Raises:
        UserInputError: If a field is unknown or cannot be as asked.
    """
    if plan_class is None:
        if changes:
            raise UserInputError(f"The space {space!r} has no plan to change.")
        return None
    plan = plan_class.of(signature)
    known = {each.name for each in dataclasses.fields(plan)}
    for name in changes:
        if name not in known:
            raise UserInputError(
                f"The space {space!r} has no plan field {name!r}.{nearest(name, known)}"
                f" Known: {', '.join(sorted(known))}."
            )
    frozen = {k: tuple(v) if isinstance(v, list) else v for k, v in changes.items()}
    try:
        return dataclasses.replace(plan, **frozen)
    except (TypeError, ValueError) as error:
        raise UserInputError(f"The plan of {space!r} cannot be as asked: {error}") from error
