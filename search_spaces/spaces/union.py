"""Several spaces as one: the first choice is which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from search_spaces.errors import UserInputError
from search_spaces.limits import LeftOut
from search_spaces.narrowing import NarrowedHyperParameters
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.training.recipe import Recipe


@dataclass(frozen=True)
class UnionArchitecture:
    """An architecture and the space it is of."""

    space: str
    inner: Any

    @property
    def recipe(self) -> Recipe:
        """How the model is trained."""
        recipe: Recipe = self.inner.recipe
        return recipe


class UnionSpace(SearchSpace):
    """The members' configurations under one root choice, ``space``.

    A member's hyperparameters stand in a scope of its name
    (``"cnn/stage_1/block"``), active only under ``space=cnn``.

    Args:
        signature: Input and target; every member must accept it.
        members: The spaces, by a name each.
        choices: As of `SearchSpace`; names without the member's scope speak of
            every member that has them.
        targets: As of `SearchSpace`; a member that cannot ship is left out.
    """

    summary = "several spaces searched as one"

    def __init__(
        self,
        signature: Signature,
        members: Mapping[str, SearchSpace],
        choices: Mapping[str, Any] | None = None,
        *,
        targets: Iterable[str] = (),
    ) -> None:
        if len(members) < 2:
            raise UserInputError(f"A union has at least two spaces. Received: {len(members)}.")
        self.members = dict(members)
        for member in members.values():
            member.consider(choices or {})
        self.name = "+".join(members)
        super().__init__(signature, choices, targets=targets)
        self.name = "+".join(members)

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns None: the members have been asked."""
        return None

    def decide(self, hp: Any) -> UnionArchitecture:
        """Declares every member under its own condition and returns the one chosen."""
        kind = hp.Choice("space", list(self.members))
        chosen: Any = None
        for name, member in self.members.items():
            if hp.only_reads and name != kind:
                continue
            with hp.conditional_scope("space", [name]), hp.name_scope(name):
                architecture = member.decide(NarrowedHyperParameters(hp, member.choices))
            chosen = architecture if name == kind else chosen
        return UnionArchitecture(kind, chosen)

    def idle(self, architecture: UnionArchitecture) -> Iterator[str]:
        """Yields what plays no part in the chosen member's architecture."""
        for name in self.members[architecture.space].idle(architecture.inner):
            yield f"{architecture.space}/{name}"

    def assemble(self, architecture: UnionArchitecture) -> Any:
        """Returns the chosen member's model."""
        return self.members[architecture.space].construct(architecture.inner)

    def prepare(self) -> None:
        """Prepares the members that can be chosen."""
        for name in self.choices.get("space", tuple(self.members)):
            self.members[name].prepare()

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns the members' guesses in turns: two of the first member's, one of each other's.

        The first is the one most likely to win; still every member's best comes early.
        """
        left = self.choices.get("space", tuple(self.members))
        waiting = [
            [
                {"space": name, **{f"{name}/{key}": value for key, value in guess.items()}}
                for guess in member.guesses()
            ]
            for name, member in self.members.items()
            if name in left
        ]
        ordered: list[dict[str, Any]] = []
        while any(waiting):
            for place, guesses in enumerate(waiting):
                turn = 2 if place == 0 else 1
                ordered += guesses[:turn]
                del guesses[:turn]
        return tuple(ordered)

    @cached_property
    def limited(self) -> tuple[LeftOut, ...]:
        """The members' limits; what holds for a whole member leaves the member out."""
        return tuple(
            LeftOut(f"{name}/{out.name}", out.option, out.target, out.reason)
            if out.name
            else LeftOut("space", name, out.target, out.reason)
            for name, member in self.members.items()
            for out in member.limited
        )
