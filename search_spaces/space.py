"""The interface of a search space: decide, then do."""

from __future__ import annotations

import dataclasses
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import keras_tuner

from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.limits import TARGETS, LeftOut, Limit
from search_spaces.naming import name_operations
from search_spaces.narrowing import NarrowedHyperParameters, checked_choices
from search_spaces.registry import nearest
from search_spaces.regularization import Regularization, regularize_weights
from search_spaces.signature import Signature
from search_spaces.training.compiling import compile_model
from search_spaces.training.fitting import fit
from search_spaces.training.recipe import Recipe
from search_spaces.tree import space_tree


class SearchSpace(keras_tuner.HyperModel, ABC):
    """Models that can be built for one signature; a `keras_tuner.HyperModel`.

    A subclass writes `accepts`, `decide`, `assemble` and, if it can, `guesses`,
    `limits` and `plan_class`. `decide` declares hyperparameters and returns a
    frozen record, `assemble` makes layers of the record; neither does the
    other's work, so that counting, deduplication, mutation and `--dry-run` need
    no model.

    Args:
        signature: Input and target.
        choices: Options left for named hyperparameters, such as
            ``{"block": ["separable"], "kernel": [3]}``. A name is a
            hyperparameter's full name or its last part.
        targets: What the files will be, of `search_spaces.limits.TARGETS`:
            options that cannot ship there are left out, see `left_out`.
        plan: Fields of the space's plan to use instead of what it makes of the
            signature, such as ``{"max_stages": 2}``.

    Raises:
        UnsuitableSpaceError: If the space does not accept the signature, or
            nothing it can build ships to a target.
        UserInputError: If `choices`, `targets` or `plan` has an unknown name or option.
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
        self.targets = _checked_targets(targets)
        self.plan = self._planned(plan or {})
        self.choices: dict[str, tuple[Any, ...]] = {}
        self._asked = dict(choices or {})
        everything = self.hyperparameters()
        self._known = {hp.name: tuple(hp.values) for hp in everything.space}
        checked = checked_choices(self._asked, self._known)
        self.choices = {key: tuple(options) for key, options in checked.items()}
        self.left_out = self._leave_out()
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

    @abstractmethod
    def assemble(self, architecture: Any) -> Any:
        """Returns the uncompiled functional `keras.Model` of an architecture.

        It takes raw values of shape (batch, *input.shape) and ends as
        `search_spaces.layers.ends.finish` or ``undo`` ends. Layer names depend on
        the architecture alone.
        """

    @property
    def pausable(self) -> bool:
        """Whether `fit` can be paused and gone on with: it takes `initial_epoch` and `until`."""
        return True

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

    def build(self, hp: Any) -> Any:
        """Returns the compiled model of a configuration."""
        return self.compile(self.choose(hp))

    def build_from(self, values: Mapping[str, Any]) -> Any:
        """Returns the compiled model of a dictionary of values; missing ones take defaults.

        Raises:
            UserInputError: If a name or an active value is not in the space.
        """
        return self.compile(self.architecture(values))

    def construct(self, architecture: Any) -> Any:
        """Returns the uncompiled model of an architecture, named and regularized."""
        model = self.assemble(architecture)
        name_operations(model)
        rules = getattr(architecture, "regularization", None)
        if isinstance(rules, Regularization):
            regularize_weights(model, rules)
        return model

    def compile(self, architecture: Any) -> Any:
        """Returns the model of an architecture, compiled by its recipe."""
        model = self.construct(architecture)
        compile_model(model, architecture.recipe, self.signature)
        return model

    def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Trains by all that the configuration's recipe says.

        Args:
            hp: The configuration.
            model: What `build` made of it.
            args: As of `search_spaces.training.fitting.fit`: inputs, targets.
            kwargs: As of the same: whatever `keras.Model.fit` takes, and more.

        Returns:
            The `keras.callbacks.History`.
        """
        return fit(model, self.choose(hp).recipe, self.signature, *args, **kwargs)

    def declare_hyperparameters(self, hp: Any) -> None:
        """Declares the full conditional space without building a model."""
        self.choose(hp)

    def hyperparameters(self) -> Any:
        """Returns the full space as a new `keras_tuner.HyperParameters`, set to its defaults."""
        hp = keras_tuner.HyperParameters()
        self.choose(hp)
        return hp

    def prepare(self) -> None:
        """Fetches what building needs from elsewhere, before a search; most need nothing.

        Raises:
            AutomlError: If it cannot be had.
        """

    def consider(self, choices: Mapping[str, Any]) -> None:
        """Hears of choices made for a space around this one: import paths become options."""
        self._asked |= choices
        kept, self.choices = self.choices, {}
        self._known = {hp.name: tuple(hp.values) for hp in self.hyperparameters().space}
        self.choices = kept
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
            legal = self.canonical(self._repaired(guess))
            unique.setdefault(repr(legal), legal)
        return tuple(unique.values())

    def sample(self, seed: int) -> dict[str, Any]:
        """Returns a configuration drawn uniformly, option by option; the same for the same seed."""
        rng = random.Random(seed)
        hp = keras_tuner.HyperParameters()
        for each in self._template:
            if hp.is_active(each):
                hp.values[each.name] = rng.choice(each.values)
        return dict(hp.values)

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
        return tuple(
            LeftOut(name, option, limit.target, limit.reason)
            for limit in self.limits()
            for name, options in ({"": (None,)} if not limit.name else self._known).items()
            for option in options
            if not limit.name or (limit.speaks_of(name) and option in limit.options)
        )

    def _leave_out(self) -> tuple[LeftOut, ...]:
        """Narrows the choices to what the targets can hold and returns what went."""
        out = tuple(each for each in self.limited if each.target in self.targets)
        for each in out:
            if not each.name:
                raise UnsuitableSpaceError(
                    f"The space {self.name!r} cannot be shipped as {each.target}: {each.reason}."
                    " Choose another with --space, or other files."
                )
            left = self.choices.get(each.name, self._known[each.name])
            self.choices[each.name] = tuple(option for option in left if option != each.option)
            if not self.choices[each.name]:
                raise UserInputError(
                    f"{each.name!r} is left no option: {each.option!r} cannot be shipped as"
                    f" {each.target}, because {each.reason}. Narrow it less, or ask for other"
                    " files."
                )
        return out

    def _planned(self, changes: Mapping[str, Any]) -> Any:
        if self.plan_class is None:
            if changes:
                raise UserInputError(f"The space {self.name!r} has no plan to change.")
            return None
        plan = self.plan_class.of(self.signature)
        known = {each.name for each in dataclasses.fields(plan)}
        for name in changes:
            if name not in known:
                raise UserInputError(
                    f"The space {self.name!r} has no plan field {name!r}.{nearest(name, known)}"
                    f" Known: {', '.join(sorted(known))}."
                )
        frozen = {k: tuple(v) if isinstance(v, list) else v for k, v in changes.items()}
        try:
            return dataclasses.replace(plan, **frozen)
        except (TypeError, ValueError) as error:
            raise UserInputError(
                f"The plan of {self.name!r} cannot be as asked: {error}"
            ) from error

    @cached_property
    def _template(self) -> tuple[Any, ...]:
        """Returns every hyperparameter, with its conditions; declaring them takes a walk."""
        return tuple(self.hyperparameters().space)

    @cached_property
    def _tree(self) -> list[Any]:
        return space_tree(self.hyperparameters())

    def _walk(self, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Returns the architecture of values, and their canonical form."""
        for name in values:
            if name not in self._known:
                raise UserInputError(
                    f"The space {self.name!r} has no hyperparameter {name!r}."
                    f"{nearest(name, self._known)}"
                )
        active = self._settled(values)
        architecture = self._architecture(active)
        idle = set(self.idle(architecture)) & active.keys()
        if idle:  # Whatever they were, the record is the one of their defaults.
            active = {name: value for name, value in active.items() if name not in idle}
            architecture = self._architecture(active)
        return architecture, active

    def _architecture(self, active: Mapping[str, Any]) -> Any:
        hp = keras_tuner.HyperParameters()
        hp.values = dict(active)
        return self.choose(hp)

    def _settled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns `values` without inactive ones, each as the space writes it."""
        settled = keras_tuner.HyperParameters()
        for each in self._template:
            if not settled.is_active(each):
                continue
            value = values.get(each.name, each.default)
            if value not in each.values:
                raise UserInputError(
                    f"{each.name!r} must be one of {', '.join(map(str, each.values))}."
                    f" Received: {value!r}"
                )
            settled.values[each.name] = each.values[each.values.index(value)]
        return dict(settled.values)

    def _repaired(self, guess: Mapping[str, Any]) -> dict[str, Any]:
        """Returns `guess` with each value it cannot have replaced by the nearest it can."""
        options = {each.name: each for each in self._template}
        repaired = {}
        for name, value in guess.items():
            if name not in options:
                continue
            allowed = options[name].values
            if value not in allowed:
                numeric = not isinstance(value, (str, bool))
                value = (
                    min(allowed, key=lambda option: abs(option - value))
                    if numeric
                    else options[name].default
                )
            repaired[name] = value
        return repaired


def _checked_targets(targets: Iterable[str]) -> tuple[str, ...]:
    asked: Sequence[str] = tuple(targets)
    for target in asked:
        if target not in TARGETS:
            raise UserInputError(
                f"Unknown target {target!r}.{nearest(target, TARGETS)} Known: {', '.join(TARGETS)}."
            )
    return tuple(asked)
