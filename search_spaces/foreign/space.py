"""The adapted space: an author's models, searched like our own."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any, ClassVar

import keras_tuner

from search_spaces.errors import UserInputError
from search_spaces.foreign.checking import check_model
from search_spaces.foreign.discovery import declared, discover, settle
from search_spaces.foreign.training import can_pause, fit
from search_spaces.foreign.values import checked_value, narrowed
from search_spaces.registry import nearest
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.training.recipe import Recipe
from search_spaces.tree import Node, is_continuous, options_of, space_tree

#: Batch size of a hypermodel without a hyperparameter of that name.
BATCH_SIZE = 32


@dataclass(frozen=True)
class ForeignArchitecture:
    """A configuration; what it builds only its author's code knows.

    Attributes:
        values: Hyperparameter and value, in the order of declaration.
        recipe: The batch size; the rest of it is the author's own.
    """

    values: tuple[tuple[str, Any], ...]
    recipe: Recipe = field(default_factory=Recipe)


class ForeignSpace(SearchSpace):
    """Adapts a hypermodel, its hyperparameters kept as they are.

    They are found by building models (`search_spaces.foreign.discovery`). The
    author's loss, metrics, optimizer and `fit` are used.
    """

    #: What builds the models; `search_spaces.foreign.adapting` sets it in a subclass.
    hypermodel: ClassVar[Any] = None
    summary = "somebody's own hypermodel"

    def __init__(
        self,
        signature: Signature,
        choices: Mapping[str, Any] | None = None,
        *,
        targets: Iterable[str] = (),
        plan: Mapping[str, Any] | None = None,
    ) -> None:
        keras_tuner.HyperModel.__init__(self, name=type(self).name)
        if plan:
            raise UserInputError(f"The space {self.name!r} has no plan to change.")
        self.signature = signature
        self.targets = tuple(targets)
        self.plan = None
        self.left_out = ()
        self._asked = dict(choices or {})

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns None: only a model it builds can tell."""
        return None

    # What the author wrote.

    def build(self, hp: Any) -> Any:
        """Returns the author's compiled model.

        Raises:
            UserInputError: If it is no compiled Keras model of the data's shape.
        """
        model = type(self).hypermodel.build(hp)
        check_model(model, self.name, self.signature)
        return model

    def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Trains as the author does; a `fit` of their own sets its own batch size."""
        kwargs.setdefault("batch_size", self.batch_size(hp.values))
        return fit(type(self).hypermodel, hp, model, *args, **kwargs)

    @property
    def pausable(self) -> bool:
        """Whether a training can be paused: not where the author wrote a `fit`."""
        return can_pause(type(self).hypermodel)

    # What is made of it.

    def decide(self, hp: Any) -> ForeignArchitecture:
        """Declares what was found on `hp` and returns its values."""
        for each in self.hyperparameters().space:
            hp.merge([each], overwrite=False)
        return self.architecture(hp.values)

    def choose(self, hp: Any) -> ForeignArchitecture:
        """Declares what was found on a `keras_tuner.HyperParameters`, and returns its values."""
        return self.decide(hp)

    def assemble(self, architecture: ForeignArchitecture) -> Any:
        """Returns the author's model."""
        return self.construct(architecture)

    def construct(self, architecture: ForeignArchitecture) -> Any:
        """Returns the author's model; it is compiled already."""
        hp = keras_tuner.HyperParameters()
        hp.values = dict(architecture.values)
        return self.build(hp)

    def compile(self, architecture: ForeignArchitecture) -> Any:
        """Returns the author's compiled model."""
        return self.construct(architecture)

    def architecture(self, values: Mapping[str, Any]) -> ForeignArchitecture:
        """Returns the values as a record; the model is built from them as they are."""
        return ForeignArchitecture(tuple(values.items()), self._recipe(values))

    def recipe(self, values: Mapping[str, Any]) -> Recipe:
        """Returns a recipe of which only the batch size is read."""
        return self._recipe(values)

    def _recipe(self, values: Mapping[str, Any]) -> Recipe:
        size = values.get("batch_size", BATCH_SIZE)
        return Recipe(schedule="constant", batch_size=max(1, int(size)))

    def hyperparameters(self) -> Any:
        """Returns what was found, narrowed, set to its defaults.

        Raises:
            UserInputError: If no model can be built, or a choice is unknown.
        """
        return self._declared.copy()

    def canonical(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the active values only, in the order of declaration.

        Raises:
            UserInputError: If a name is not in the space or an active value cannot be.
        """
        hp = self.hyperparameters()
        known = {each.name for each in hp.space}
        for name in values:
            if name not in known:
                raise UserInputError(
                    f"The space {self.name!r} has no hyperparameter {name!r}.{nearest(name, known)}"
                )
        hp.values = {}
        for each in hp.space:
            if hp.is_active(each):
                hp.values[each.name] = checked_value(each, values.get(each.name, each.default))
        return dict(hp.values)

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns the author's defaults."""
        return (dict(self.hyperparameters().values),)

    def first_guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns the author's defaults, as far as they have not been narrowed away."""
        return tuple(self.canonical(guess) for guess in self.guesses())

    def sample(self, seed: int) -> dict[str, Any]:
        """Returns a configuration drawn as KerasTuner draws; the same for the same seed."""
        rng = random.Random(seed)
        hp = self.hyperparameters()
        hp.values = {}
        for each in hp.space:
            if hp.is_active(each):
                hp.values[each.name] = each.random_sample(rng.randrange(2**31))
        return dict(hp.values)

    def size(self) -> int | None:  # type: ignore[override]
        """Returns the number of configurations; None if one is drawn from a continuous range."""
        if any(map(is_continuous, self.hyperparameters().space)):
            return None
        try:
            return prod(node.size() for node in space_tree(self.hyperparameters()))
        except ValueError:
            return None  # One name under two conditions, which KerasTuner allows.

    def describe(self) -> dict[str, Any]:
        """Returns the space as JSON-ready nested dictionaries, as of `SearchSpace`."""
        return {
            "name": self.name,
            "summary": self.summary,
            "size": self.size(),
            "choices": [node.describe() for node in self._nodes()],
        }

    def _nodes(self) -> list[Node]:
        try:
            return space_tree(self.hyperparameters())
        except ValueError:
            return [
                Node(each.name, options_of(each), each.default)
                for each in self.hyperparameters().space
            ]

    def unsupported(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Returns what can be seen of the model: full int8 of recurrent loops crashes TFLite."""
        model = self.construct(self.architecture(values))
        loops = [
            layer.name
            for layer in model._flatten_layers(include_self=False)
            if hasattr(layer, "return_sequences") and getattr(layer, "unroll", None) is False
        ]
        if not loops:
            return {}
        return {"int8": f"the layer {loops[0]!r} is a loop, on which full int8 conversion crashes"}

    @property
    def limited(self) -> tuple[Any, ...]:
        """Nothing: what a hypermodel cannot ship shows in its models only."""
        return ()

    # Finding the hyperparameters.

    @cached_property
    def _declared(self) -> Any:
        found = discover(self.build, declared(type(self).hypermodel), self.name)
        hp = narrowed(found, self._asked)
        settle(hp)
        return hp
