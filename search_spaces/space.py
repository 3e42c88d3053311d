"""The interface of a search space: decide, then do."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import keras_tuner

from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.narrowing import NarrowedHyperParameters, checked_choices
from search_spaces.recipe import Recipe, make_optimizer
from search_spaces.registry import nearest
from search_spaces.signature import Signature
from search_spaces.tree import space_tree


class SearchSpace(keras_tuner.HyperModel, ABC):
    """Models that can be built for one signature; a `keras_tuner.HyperModel`.

    A subclass writes `accepts`, `decide`, `construct` and, if it can, `guesses`.
    `decide` declares hyperparameters and returns a frozen record, `construct`
    makes layers of the record; neither does the other's work, so that counting,
    deduplication, mutation and `--dry-run` need no model.

    Args:
        signature: Input and target.
        choices: Options left for named hyperparameters, such as
            ``{"block": ["separable"], "kernel": [3]}``. A name is a
            hyperparameter's full name or its last part.

    Raises:
        UnsuitableSpaceError: If the space does not accept the signature.
        UserInputError: If `choices` has an unknown name or option.
    """

    name: str = ""
    summary: ClassVar[str] = ""

    def __init__(self, signature: Signature, choices: Mapping[str, Any] | None = None) -> None:
        super().__init__(name=type(self).name)
        reason = self.accepts(signature)
        if reason is not None:
            raise UnsuitableSpaceError(
                f"The space {self.name!r} does not fit this data: {reason}."
                " Choose another with --space."
            )
        self.signature = signature
        self.choices: dict[str, tuple[Any, ...]] = {}
        self._asked = dict(choices or {})
        everything = self.hyperparameters()
        self._known = {hp.name: tuple(hp.values) for hp in everything.space}
        checked = checked_choices(self._asked, self._known)
        self.choices = {key: tuple(options) for key, options in checked.items()}
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
    def construct(self, architecture: Any) -> Any:
        """Returns the uncompiled functional `keras.Model` of an architecture.

        It takes raw values of shape (batch, *input.shape) and ends in a softmax
        of shape (batch, units). Layer names depend on the architecture alone.
        """

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns known-good configurations, best first; options it names may be missing."""
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

    def compile(self, architecture: Any) -> Any:
        """Returns the model of an architecture, compiled by its recipe."""
        model = self.construct(architecture)
        model.compile(
            optimizer=make_optimizer(architecture.recipe),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Trains with the configuration's batch size, unless the caller gives one."""
        data = args[0] if args else kwargs.get("x")
        if hasattr(data, "shape"):  # A dataset object brings its own batches.
            kwargs.setdefault("batch_size", self.choose(hp).recipe.batch_size)
        return model.fit(*args, **kwargs)

    def declare_hyperparameters(self, hp: Any) -> None:
        """Declares the full conditional space without building a model."""
        self.choose(hp)

    def hyperparameters(self) -> Any:
        """Returns the full space as a new `keras_tuner.HyperParameters`, set to its defaults."""
        hp = keras_tuner.HyperParameters()
        self.choose(hp)
        return hp

    def architecture(self, values: Mapping[str, Any]) -> Any:
        """Returns the architecture of a dictionary of values; missing ones take defaults.

        Raises:
            UserInputError: If a name or an active value is not in the space.
        """
        return self._walk(values)[1]

    def recipe(self, values: Mapping[str, Any]) -> Recipe:
        """Returns the training recipe of a configuration."""
        recipe: Recipe = self.architecture(values).recipe
        return recipe

    def batch_size(self, values: Mapping[str, Any]) -> int:
        """Returns the training batch size of a configuration."""
        return self.recipe(values).batch_size

    def canonical(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the active values only, JSON-ready and in the space's order.

        Two dictionaries that stand for the same model and recipe have equal
        canonical forms.

        Raises:
            UserInputError: If a name or an active value is not in the space.
        """
        hp = self._walk(values)[0]
        return {each.name: hp.values[each.name] for each in hp.space if hp.is_active(each)}

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
        hp = self.hyperparameters()
        hp.values = {}
        for each in hp.space:
            if hp.is_active(each):
                hp.values[each.name] = rng.choice(each.values)
        return dict(hp.values)

    def size(self) -> int:
        """Returns the number of distinct configurations; every hyperparameter is discrete."""
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

    @cached_property
    def _tree(self) -> list[Any]:
        return space_tree(self.hyperparameters())

    def _walk(self, values: Mapping[str, Any]) -> tuple[Any, Any]:
        for name in values:
            if name not in self._known:
                raise UserInputError(
                    f"The space {self.name!r} has no hyperparameter {name!r}."
                    f"{nearest(name, self._known)}"
                )
        hp = keras_tuner.HyperParameters()
        hp.values = self._settled(values)
        return hp, self.choose(hp)

    def _settled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns `values` without inactive ones, each as the space writes it."""
        declared = self.hyperparameters()
        declared.values = {}
        for each in declared.space:
            if not declared.is_active(each):
                continue
            value = values.get(each.name, each.default)
            if value not in each.values:
                raise UserInputError(
                    f"{each.name!r} must be one of {', '.join(map(str, each.values))}."
                    f" Received: {value!r}"
                )
            declared.values[each.name] = each.values[each.values.index(value)]
        return dict(declared.values)

    def _repaired(self, guess: Mapping[str, Any]) -> dict[str, Any]:
        """Returns `guess` with each value it cannot have replaced by the nearest it can."""
        options = {each.name: each for each in self.hyperparameters().space}
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
