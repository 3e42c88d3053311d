"""Other people's hypermodels as spaces: any `keras_tuner.HyperModel`, any ``build(hp)``."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isclose, prod
from typing import Any, ClassVar

import keras
import keras_tuner

from search_spaces.errors import UserInputError
from search_spaces.held import held, is_held
from search_spaces.narrowing import checked_choices
from search_spaces.registry import nearest
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.training.recipe import Recipe
from search_spaces.tree import Node, is_continuous, is_option, options_of, space_tree

#: Batch size of a hypermodel without a hyperparameter of that name.
BATCH_SIZE = 32
#: Models built at most to find hyperparameters that only some values lead to.
MAX_BUILDS = 24


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

    They are found by building models, as KerasTuner does: every conditional
    scope is entered once, and then the largest and two random configurations are
    tried, because a loop over ``hp.Int`` declares more the longer it is. The
    author's loss, metrics, optimizer and `fit` are used.
    """

    #: What builds the models; set in a subclass that `adapted` makes.
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
        self._check(model)
        return model

    def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Trains as the author does; a `fit` of their own sets its own batch size."""
        own = type(type(self).hypermodel).fit is not keras_tuner.HyperModel.fit
        for name in ("seed", "deadline", "stopping"):
            kwargs.pop(name, None)  # Words of our own recipes.
        if not own:
            kwargs.setdefault("batch_size", self.batch_size(hp.values))
            return model.fit(*args, **kwargs)
        for name in ("batch_size", "validation_batch_size"):
            kwargs.pop(name, None)
        counter = _EpochCounter()
        callbacks = list(kwargs.get("callbacks") or ())
        result = type(self).hypermodel.fit(
            hp, model, *args, **{**kwargs, "callbacks": [*callbacks, counter]}
        )
        if not counter.epochs:
            self._judge(model, callbacks, kwargs.get("validation_data"))
        return result

    def _judge(self, model: Any, callbacks: list[Any], validation: Any) -> None:
        """Tells callbacks that the author's loop did not call how the model does at its end."""
        if validation is None:
            return
        found = model.evaluate(*validation, verbose=0, return_dict=True)
        logs = {f"val_{name}": float(value) for name, value in found.items()}
        for callback in callbacks:
            callback.set_model(model)
            callback.on_epoch_end(0, logs)

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
        return self.build(_with(dict(architecture.values)))

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
                hp.values[each.name] = _checked(each, values.get(each.name, each.default))
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
        hp = self._narrowed(self._found())
        _settle(hp)
        return hp

    def _found(self) -> Any:
        """Builds models until no new hyperparameter turns up.

        Raises:
            UserInputError: If a model is of no use, or none can be built.
        """
        known = keras_tuner.HyperParameters()
        type(self).hypermodel.declare_hyperparameters(known)
        entered: list[Any] = []
        closed: list[Any] = []
        errors: list[Exception | None] = []
        spread = 0
        for number in range(MAX_BUILDS):
            hp = known.copy()
            for condition in closed[0] if closed else ():
                hp.values[condition.name] = condition.values[0]
            if number and not closed:
                spread += 1
                self._spread(hp, spread)
            _settle(hp)
            before = len(known.space)
            hp.active_scopes, hp.inactive_scopes = [], []
            errors.append(self._error_of(hp))
            if errors[-1] is not None and not hp.space:
                break
            known.merge(hp, overwrite=False)
            entered += [copy.deepcopy(scope) for scope in hp.active_scopes if scope not in entered]
            closed += [copy.deepcopy(scope) for scope in hp.inactive_scopes if scope not in closed]
            stuck = closed[:1] if closed and closed[0] not in entered else []
            closed = [scope for scope in closed if scope not in entered and scope not in stuck]
            if not closed and spread >= _TRIES and len(known.space) == before:
                break
        keras.backend.clear_session()
        if None not in errors:  # Some corners may fail: the search will meet them, or not.
            raise UserInputError(
                f"The hypermodel {self.name!r} builds no model: {_one_line(errors[-1])}"
            ) from errors[-1]
        return known

    def _spread(self, hp: Any, number: int) -> None:
        """Sets all numbers to their largest at first, then everything at random."""
        for each in hp.space:
            if number == 1 and hasattr(each, "max_value"):
                top = each.max_value if is_continuous(each) else options_of(each)[-1]
                hp.values[each.name] = top
            elif number > 1:
                hp.values[each.name] = each.random_sample(number)

    def _error_of(self, hp: Any) -> Exception | None:
        """Builds a model; returns what the author's code raised."""
        try:
            self.build(hp)
        except UserInputError:
            raise
        except Exception as error:
            return error
        return None

    def _narrowed(self, found: Any) -> Any:
        """Returns the hyperparameters with what is left of those that were narrowed."""
        if not self._asked:
            return found
        known = {each.name: options_of(each) for each in found.space if not is_continuous(each)}
        endless = {each.name for each in found.space} - known.keys()
        free = {name: asked for name, asked in self._asked.items() if name in endless}
        bounded = {name: asked for name, asked in self._asked.items() if name not in free}
        left: dict[str, Any] = dict(checked_choices(bounded, known))
        for name, asked in free.items():
            items = [asked] if isinstance(asked, str | int | float) else list(asked)
            left[name] = [float(item) for item in items]
        narrowed = keras_tuner.HyperParameters()
        for each in found.space:
            options = left.get(each.name)
            if options is not None:
                default = each.default if each.default in options else options[0]
                for option in options:
                    _checked(each, option)
                each = keras_tuner.engine.hyperparameters.Choice(
                    each.name, list(options), default=default, conditions=each.conditions
                )
            narrowed.merge([each], overwrite=False)
        return narrowed

    def _check(self, model: Any) -> None:
        name, spec = self.name, self.signature.input
        if not isinstance(model, keras.Model):
            raise UserInputError(
                f"The hypermodel {name!r} must return a keras.Model."
                f" Received: {type(model).__name__}."
            )
        if getattr(model, "optimizer", None) is None:
            raise UserInputError(f"The hypermodel {name!r} must return a compiled model.")
        shapes = [tuple(tensor.shape) for tensor in model.inputs or ()]
        if len(shapes) != 1 or not _fits(shapes[0][1:], spec.shape):
            raise UserInputError(
                f"The hypermodel {name!r} must build models of one input of shape {spec.shape}, as"
                f" the data has it. Received: {shapes or 'a model without input shape'}."
            )
        outputs = [tuple(tensor.shape) for tensor in model.outputs]
        if len(outputs) != 1 or not _fits(outputs[0][1:], (self.signature.target.units,)):
            raise UserInputError(
                f"The hypermodel {name!r} must build models of one output of shape"
                f" ({self.signature.target.units},). Received: {outputs}."
            )


class _EpochCounter(keras.callbacks.Callback):
    """Tells whether a training loop calls callbacks."""

    epochs = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epochs += 1


#: Builds beyond the scopes: the largest values, and two random configurations.
_TRIES = 3


def is_space(thing: Any) -> bool:
    """Returns whether something is a class of our own interface."""
    return isinstance(thing, type) and issubclass(thing, SearchSpace)


def adapted(entry: str, thing: Any) -> type[ForeignSpace]:
    """Returns the class of spaces that a hypermodel makes.

    Args:
        entry: Import path, or the name `search_spaces.held.hold` gave.
        thing: What the import path leads to; of no meaning for a held one.

    Raises:
        UserInputError: If it is no hypermodel, or is no longer held.
    """
    name = entry.rpartition(":")[2]
    if is_held(entry):
        thing = held(entry)
    if isinstance(thing, type) and issubclass(thing, keras_tuner.HyperModel):
        thing = _made(thing, name)
    if not isinstance(thing, keras_tuner.HyperModel):
        thing = _wrapped(thing, name)
    return type("ForeignSpace", (ForeignSpace,), {"hypermodel": thing, "name": name})


def _made(cls: Callable[[], Any], name: str) -> Any:
    try:
        return cls()
    except TypeError as error:
        raise UserInputError(
            f"The hypermodel {name!r} must be made without arguments: {error}."
            " Give an instance in a module (module:instance) instead of the class."
        ) from error


def _wrapped(function: Any, name: str) -> Any:
    if not callable(function):
        raise UserInputError(
            f"A space is a SearchSpace, a keras_tuner.HyperModel or a build(hp) function."
            f" Received: {name!r}, of type {type(function).__name__}."
        )
    hypermodel = _Function(name=name)
    hypermodel.function = function
    return hypermodel


class _Function(keras_tuner.HyperModel):
    """A ``build(hp)`` function as a hypermodel."""

    function: Callable[[Any], Any]

    def build(self, hp: Any) -> Any:
        return self.function(hp)


def _settle(hp: Any) -> None:
    """Gives every active hyperparameter a value, its default if it has none, and others none."""
    for each in hp.space:
        if hp.is_active(each):
            hp.values.setdefault(each.name, each.default)
        else:
            hp.values.pop(each.name, None)


def _with(values: dict[str, Any]) -> Any:
    hp = keras_tuner.HyperParameters()
    hp.values = values
    return hp


def _fits(shape: tuple[int | None, ...], wanted: tuple[int, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        size in (None, want) for size, want in zip(shape, wanted, strict=True)
    )


def _one_line(error: Exception | None) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _checked(each: Any, value: Any) -> Any:
    """Returns a value as the hyperparameter writes it, if it can have it.

    Raises:
        UserInputError: If it cannot.
    """
    if is_continuous(each):
        if is_option(each, value):
            return float(value)
    else:
        for option in options_of(each):
            if value == option or _is_same_number(value, option):
                return option
    raise UserInputError(f"{_rule(each)}. Received: {value!r}")


def _is_same_number(value: Any, option: Any) -> bool:
    """Returns whether two fractions differ by rounding only, as 0.3 and 0.1 + 0.2 do."""
    return isinstance(value, float) and isinstance(option, float) and isclose(value, option)


def _rule(each: Any) -> str:
    """Returns what values a hyperparameter can have, in words."""
    if not hasattr(each, "min_value"):
        return f"{each.name!r} must be one of {', '.join(map(str, each.values))}"
    steps = "" if each.step in (None, 1) else f" in steps of {each.step}"
    if steps and each.sampling in ("log", "reverse_log"):
        steps = f", each {each.step} times the last"
    return f"{each.name!r} lies between {each.min_value} and {each.max_value}{steps}"
