"""What a search space lets one choose, without building a model: the first half of a space."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar

import keras_tuner

from search_spaces.configurations import drawn, repaired, settled
from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.limits import LeftOut, Limit, checked_targets, spelled_out, without
from search_spaces.narrowing import NarrowedHyperParameters, checked_choices
from search_spaces.planning import make_plan
from search_spaces.reading import ValueReader
from search_spaces.registry import nearest
from search_spaces.signature import Signature
from search_spaces.training.recipe import Recipe
from search_spaces.tree import space_tree

#: Configurations whose architectures are kept: a search asks several times of the same,
#: and of as many as it has open.
KEPT_WALKS = 256


class Decisions(keras_tuner.HyperModel, ABC):
    """The hyperparameters of a space, and what their values stand for.

    Args and errors are those of `search_spaces.space.SearchSpace`, which builds models
    of what is decided here.
    """

    name: str = ""
    summary: str = ""
    #: A frozen dataclass with a class method ``of(signature)``: how the space is
    #: scaled to the data. Read it as ``self.plan``.
    plan_class: ClassVar[Any] = None

    def __init__(
        self,
        signature: Signature,
        choices: Mapping[str, Any] | None = None,
        *,
        targets: Iterable[str] = (),
        plan: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(name=type(self).name)
        reason = self.accepts(signature)
        if reason is not None:
            raise UnsuitableSpaceError(
                f"The space {self.name!r} does not fit this data: {reason}."
                " Choose another with --space."
            )
        self.signature = signature
        self.targets = checked_targets(targets)
        self.plan = make_plan(self.name, self.plan_class, signature, plan or {})
        self.choices: dict[str, tuple[Any, ...]] = {}
        self._asked = dict(choices or {})
        everything = self.hyperparameters()
        self._known = {hp.name: tuple(hp.values) for hp in everything.space}
        checked = checked_choices(self._asked, self._known)
        self.choices = {name: tuple(options) for name, options in checked.items()}
        self.left_out = tuple(each for each in self.limited if each.target in self.targets)
        self.choices = without(self.left_out, self.choices, self._known, self.name)
        self.hyperparameters()  # Finds choices that leave some hyperparameter nothing.

    # What a subclass writes.

    @classmethod
    @abstractmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns None if models can be built for `signature`, else a one-line reason."""

    @abstractmethod
    def decide(self, hp: Any) -> Any:
        """Declares every hyperparameter under its conditions and returns the architecture.

        Args:
            hp: The narrowed view of a `keras_tuner.HyperParameters`.

        Returns:
            A frozen dataclass of what is active, with a `recipe` attribute.
        """

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns known-good configurations, best first; options it names may be missing."""
        return ()

    def limits(self) -> tuple[Limit, ...]:
        """Returns what this space can build and some target cannot hold."""
        return ()

    def idle(self, architecture: Any) -> Iterable[str]:
        """Returns active hyperparameters that play no part in this architecture.

        Conditions (`conditional_scope`) speak of one parent; this is for what hangs
        on several, such as how stages halve where none does. Any value of an idle
        hyperparameter makes the same model.
        """
        return ()

    # What every space can do.

    def choose(self, hp: Any) -> Any:
        """Declares the space on `hp` and returns the architecture its values stand for.

        Args:
            hp: A `keras_tuner.HyperParameters`.
        """
        architecture = self.decide(NarrowedHyperParameters(hp, self.choices))
        # KerasTuner builds a model per scope it has not seen active, to find what is
        # declared inside. One walk has declared everything: there is nothing to find.
        hp.inactive_scopes.clear()
        return architecture

    def declare_hyperparameters(self, hp: Any) -> None:
        """Declares the full conditional space without building a model."""
        self.choose(hp)

    def hyperparameters(self) -> Any:
        """Returns the full space as a new `keras_tuner.HyperParameters`, set to its defaults."""
        hp = keras_tuner.HyperParameters()
        self.choose(hp)
        return hp

    def consider(self, choices: Mapping[str, Any]) -> None:
        """Hears of choices made for a space around this one: import paths become options."""
        self._asked |= choices
        kept, self.choices = self.choices, {}
        self._known = {hp.name: tuple(hp.values) for hp in self.hyperparameters().space}
        self.choices = kept
        self._walks.clear()
        for derived in ("_template", "_tree", "limited"):
            self.__dict__.pop(derived, None)

    def architecture(self, values: Mapping[str, Any]) -> Any:
        """Returns the architecture of a dictionary of values; missing ones take defaults.

        Raises:
            UserInputError: If a name or an active value is not in the space.
        """
        return self._walk(values)[0]

    def recipe(self, values: Mapping[str, Any]) -> Recipe:
        """Returns the training recipe of a configuration."""
        recipe: Recipe = self.architecture(values).recipe
        return recipe

    def batch_size(self, values: Mapping[str, Any]) -> int:
        """Returns the training batch size of a configuration."""
        return self.recipe(values).batch_size

    def unsupported(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Returns target -> reason for the targets a configuration cannot ship to."""
        active = self.canonical(values)
        return {
            out.target: out.reason
            for out in self.limited
            if not out.name or active.get(out.name) == out.option
        }

    def canonical(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the active values only, JSON-ready and in the space's order.

        Two dictionaries that stand for the same model and recipe have equal
        canonical forms: what is `idle` is left out, too.

        Raises:
            UserInputError: If a name or an active value is not in the space.
        """
        return self._walk(values)[1]

    def first_guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns curated configurations in canonical form, best first.

        A guess whose options have been narrowed away takes what is left instead.
        """
        unique: dict[str, dict[str, Any]] = {}
        for guess in self.guesses():
            legal = self.canonical(repaired(guess, self._template))
            unique.setdefault(repr(legal), legal)
        return tuple(unique.values())

    def sample(self, seed: int) -> dict[str, Any]:
        """Returns a configuration drawn uniformly, option by option; the same for the same seed."""
        return drawn(seed, self._template)

    def size(self) -> int:
        """Returns the number of configurations; every hyperparameter is discrete.

        Those that differ in what is `idle` count as several.
        """
        total = 1
        for node in self._tree:
            total *= node.size()
        return total

    def describe(self) -> dict[str, Any]:
        """Returns the space as JSON-ready nested dictionaries.

        A node has ``name``, ``options``, ``default`` and ``children``; a child's
        ``when`` lists the parent's values under which it is active.
        """
        return {
            "name": self.name,
            "summary": self.summary,
            "size": self.size(),
            "choices": [node.describe() for node in self._tree],
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Full names of all hyperparameters, also of those that narrowing has made unreachable."""
        return tuple(self._known)

    @cached_property
    def limited(self) -> tuple[LeftOut, ...]:
        """Every limit, spelled out option by option over the full space."""
        return spelled_out(self.limits(), self._known)

    @cached_property
    def _template(self) -> tuple[Any, ...]:
        """Returns every hyperparameter, with its conditions; declaring them takes a walk."""
        return tuple(self.hyperparameters().space)

    @cached_property
    def _tree(self) -> list[Any]:
        return space_tree(self.hyperparameters())

    @cached_property
    def _walks(self) -> dict[str, tuple[Any, dict[str, Any]]]:
        """Values -> their architecture and canonical form, the latest ones."""
        return {}

    def _walk(self, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Returns the architecture of values, and their canonical form."""
        asked = json.dumps(values, default=repr)
        if asked not in self._walks:
            self._walks[asked] = self._walked(values)
            if len(self._walks) > KEPT_WALKS:
                del self._walks[next(iter(self._walks))]
        architecture, active = self._walks[asked]
        return architecture, dict(active)

    def _walked(self, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        for name in values:
            if name not in self._known:
                raise UserInputError(
                    f"The space {self.name!r} has no hyperparameter {name!r}."
                    f"{nearest(name, self._known)}"
                )
        active = settled(values, self._template)
        architecture = self._architecture(active)
        idle = set(self.idle(architecture)) & active.keys()
        if idle:  # Whatever they were, the record is the one of their defaults.
            active = {name: value for name, value in active.items() if name not in idle}
            architecture = self._architecture(active)
        return architecture, active

    def _architecture(self, active: Mapping[str, Any]) -> Any:
        return self.decide(NarrowedHyperParameters(ValueReader(active), self.choices))
