"""A view of KerasTuner's hyperparameters that walks every branch and can be narrowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from search_spaces.errors import UserInputError
from search_spaces.registry import nearest

Choices = Mapping[str, Sequence[Any]]


class NarrowedHyperParameters:
    """Declares hyperparameters on a `keras_tuner.HyperParameters`.

    It has the methods a space or block uses to declare hyperparameters, with
    KerasTuner's meaning, and three differences:

    * A hyperparameter that is not active reads as its default instead of None,
      so that code can walk a branch which is not taken. Whoever opened the
      branch throws away what comes out of it.
    * Options can be narrowed by name; a branch that narrowing has made
      unreachable is not declared at all.
    * Everything declared is a `Choice`: it survives JSON, has a count, and two
      configurations are either equal or not.

    Args:
        hp: Where hyperparameters are declared and values read.
        choices: Full hyperparameter name (``"stage_1/plain/kernel"``) -> options
            left, as `checked_choices` returns them.
    """

    def __init__(self, hp: Any, choices: Choices | None = None) -> None:
        self._hp = hp
        self._choices = dict(choices or {})
        self._options: dict[str, list[Any]] = {}
        self._names: list[str] = []
        self._dead = 0

    @property
    def only_reads(self) -> bool:
        """Whether values are read and nothing is declared: branches not taken may be left out."""
        return bool(getattr(self._hp, "only_reads", False))

    def Choice(  # noqa: N802 (KerasTuner's name)
        self, name: str, values: Sequence[Any], default: Any = None
    ) -> Any:
        """Declares a choice of one of `values` and returns the one made."""
        full = self._full(name)
        default = values[0] if default is None else default
        if self._dead:
            return default
        options = self._narrow(full, list(values))
        self._options[full] = options
        default = default if default in options else options[0]
        value = self._hp.Choice(name, options, default=default)
        return default if value is None else value

    def Int(  # noqa: N802
        self, name: str, min_value: int, max_value: int, step: int = 1, default: int | None = None
    ) -> int:
        """Declares a choice of a whole number from `min_value` to `max_value`."""
        return int(self.Choice(name, list(range(min_value, max_value + 1, step)), default))

    def Boolean(self, name: str, default: bool = False) -> bool:  # noqa: N802
        """Declares a choice of False or True."""
        return bool(self.Choice(name, [False, True], default))

    @contextmanager
    def name_scope(self, name: str) -> Iterator[None]:
        """Puts ``name/`` before the names declared inside."""
        self._names.append(name)
        try:
            with self._hp.name_scope(name):
                yield
        finally:
            self._names.pop()

    @contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Sequence[Any]) -> Iterator[None]:
        """Makes what is declared inside active only where the parent has one of the values.

        Args:
            parent_name: A hyperparameter declared in the current name scope.
            parent_values: The parent's values.
        """
        options = self._options.get(self._full(parent_name), [])
        reachable = [value for value in options if value in parent_values]
        if self._dead or not reachable:
            self._dead += 1
            try:
                yield
            finally:
                self._dead -= 1
        else:
            with self._hp.conditional_scope(parent_name, reachable):
                yield

    def _full(self, name: str) -> str:
        return "/".join([*self._names, name])

    def _narrow(self, full: str, options: list[Any]) -> list[Any]:
        if full not in self._choices:
            return options
        wanted = self._choices[full]
        left = [option for option in options if option in wanted]
        if not left:
            raise UserInputError(
                "Narrowed choices must leave every hyperparameter a value. Received:"
                f" {_listed(wanted)} for {full!r}, which has {_listed(options)}. Add one of these,"
                " narrow by full name, or leave out what it depends on."
            )
        return left


def checked_choices(asked: Mapping[str, Any], known: Mapping[str, Sequence[Any]]) -> Choices:
    """Checks what a user asked for against a full space's options.

    Args:
        asked: Name -> one option or several; text is read as the option it
            spells. A name is full, or the last part of several full names; where
            both speak of one hyperparameter, the full name wins.
        known: Full name -> options.

    Returns:
        Full name -> options left, in the space's own values.

    Raises:
        UserInputError: If a name or an option is unknown, or none is given.
    """
    result: dict[str, list[Any]] = {}
    for key in sorted(asked, key=lambda key: key in known):
        named = [key] if key in known else [name for name in known if last_part(name) == key]
        if not named:
            short = {last_part(name) for name in known}
            raise UserInputError(
                f"Unknown choice {key!r}.{nearest(key, {*short, *known})}"
                f" Known: {', '.join(sorted(short))}."
            )
        options = list(dict.fromkeys(option for name in named for option in known[name]))
        given = asked[key]
        items = [given] if isinstance(given, (str, int, float)) else list(given)
        if not items:
            raise UserInputError(f"Choices of {key!r} must name an option. Received: none.")
        left = [_read(key, item, options) for item in items]
        result |= {name: list(left) for name in named}
    return result


def last_part(name: str) -> str:
    """Returns ``"kernel"`` of ``"stage_1/plain/kernel"``."""
    return name.rsplit("/", 1)[-1]


def _read(key: str, item: Any, options: Sequence[Any]) -> Any:
    for option in options:
        if item == option and isinstance(item, bool) == isinstance(option, bool):
            return option
        if isinstance(item, str) and _spells(item.strip(), option):
            return option
    spelled = [str(option) for option in options]
    raise UserInputError(
        f"Unknown option {item!r} of {key!r}.{nearest(str(item), spelled)}"
        f" Known: {', '.join(spelled)}."
    )


def _spells(text: str, option: Any) -> bool:
    if isinstance(option, (bool, str)):
        return text.lower() == str(option).lower()
    try:
        return float(text) == float(option)
    except ValueError:
        return False


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)
