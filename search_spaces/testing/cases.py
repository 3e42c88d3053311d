"""Which problems a space is tested on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import search_spaces
from search_spaces.errors import AutomlError
from search_spaces.making import AUTO, make_space
from search_spaces.signature import TARGET_KINDS, Signature
from search_spaces.space import SearchSpace
from search_spaces.testing.inputs import INPUTS, signature_of


@dataclass(frozen=True)
class Case:
    """One problem to build models for.

    Attributes:
        kind: Name in `search_spaces.testing.INPUTS`.
        target: One of `search_spaces.signature.TARGET_KINDS`.
    """

    kind: str
    target: str = "classification"

    @property
    def signature(self) -> Signature:
        """Input and target."""
        return signature_of(self.kind, self.target)

    def __str__(self) -> str:
        """Returns ``"image 8x8x1"``, with the target behind it if it is no classification."""
        return self.kind if self.target == "classification" else f"{self.kind} {self.target}"

    @classmethod
    def parse(cls, text: str) -> Case:
        """Reads what `str` of a case wrote."""
        kind, _, last = text.rpartition(" ")
        return cls(kind, last) if last in TARGET_KINDS else cls(text)


def cases_of(space_class: type[SearchSpace]) -> tuple[Case, ...]:
    """Returns the problems of `INPUTS` that a space accepts.

    Classification and reconstruction are asked of every input, the other
    targets, which differ in their last layer only, of one input each.
    """
    return _accepted(lambda case: space_class.accepts(case.signature) is None)


def cases_by_name(name: str) -> tuple[Case, ...]:
    """Returns the problems that a registered space, or ``"auto"``, accepts."""
    if name != AUTO:
        return cases_of(search_spaces.SPACES.get(name))

    def fits(case: Case) -> bool:
        try:
            make_space([AUTO], case.signature)
        except AutomlError:
            return False
        return True

    return _accepted(fits)


def offline_space(name: str, signature: Signature, **options: Any) -> SearchSpace:
    """Returns a registered space as it can be tested without a network.

    A space class may say what of its plan has to change for that, in a class
    attribute ``offline_plan``.
    """
    if name == AUTO:
        return make_space([AUTO], signature, **options)
    return make_offline(search_spaces.SPACES.get(name), signature, **options)


def make_offline(
    space_class: type[SearchSpace], signature: Signature, **options: Any
) -> SearchSpace:
    """Returns a space as it can be tested without a network."""
    plan = getattr(space_class, "offline_plan", None)
    return (
        space_class(signature, plan=plan, **options) if plan else space_class(signature, **options)
    )


def _accepted(fits: Any) -> tuple[Case, ...]:
    cases = []
    for target in TARGET_KINDS:
        accepted = [case for case in (Case(kind, target) for kind in INPUTS) if fits(case)]
        everywhere = target in ("classification", "reconstruction")
        cases += accepted if everywhere else accepted[:1]
    return tuple(cases)
