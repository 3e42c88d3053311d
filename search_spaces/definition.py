"""A space written down: an existing one with another plan, fewer choices, other guesses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from search_spaces.errors import UserInputError
from search_spaces.registry import nearest
from search_spaces.toml_file import read_toml

#: Names are parts of hyperparameters' names, of unions' names and of import paths.
_NAME = re.compile(r"[^/:+,=]+")


@dataclass(frozen=True)
class Definition:
    """What a TOML file says of a space.

    Attributes:
        name: The new space's name.
        base: Registered name or import path of the space it is made from.
        summary: One line on what it is.
        plan: Fields of the base's plan to use instead, such as
            ``blocks = ["inverted"]`` or ``max_stages = 2``.
        choices: Hyperparameter -> options left.
        guesses: Configurations to try first, instead of the base's.
    """

    name: str
    base: str
    summary: str = ""
    plan: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, Any] = field(default_factory=dict)
    guesses: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UserInputError(
                f"A space's name must be without any of / : + , and =. Received: {self.name!r}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any], where: str = "The definition") -> Definition:
        """Builds the definition that `to_dict` wrote or a TOML file holds.

        Raises:
            UserInputError: If a key is unknown or of the wrong type, or one is missing.
        """
        known = {each.name for each in fields(cls)}
        for key in record:
            if key not in known:
                raise UserInputError(
                    f"{where} has an unknown key {key!r}.{nearest(key, known)}"
                    f" Known: {', '.join(sorted(known))}."
                )
        for key in ("name", "base", "summary"):
            empty = key != "summary" and not record.get(key, "-")
            if not isinstance(record.get(key, ""), str) or empty:
                raise UserInputError(f"{where}: {key!r} must be text. Received: {record[key]!r}.")
        for key in ("name", "base"):
            if key not in record:
                raise UserInputError(f'{where} must have a {key!r}, as in {key} = "cnn".')
        for key in ("plan", "choices"):
            if not isinstance(record.get(key, {}), Mapping):
                raise UserInputError(
                    f"{where}: {key!r} must be a table. Received: {record[key]!r}."
                )
        guesses = record.get("guesses", ())
        if not isinstance(guesses, list | tuple) or not all(
            isinstance(guess, Mapping) for guess in guesses
        ):
            raise UserInputError(f"{where}: 'guesses' must be tables, each headed [[guesses]].")
        values = dict(record) | {"guesses": tuple(dict(guess) for guess in guesses)}
        return cls(**values)


def read_definition(path: str | Path) -> Definition:
    """Reads a space's TOML file.

    Raises:
        UserInputError: If the file cannot be read, is no TOML or defines no space.
    """
    return Definition.from_dict(read_toml(path, "A space's file"), where=str(path))
