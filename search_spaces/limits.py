"""What cannot be shipped where, and why: choices that a target leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search_spaces.errors import UnsuitableSpaceError, UserInputError
from search_spaces.narrowing import last_part
from search_spaces.registry import nearest

#: What a file can be asked to be: a format, or full int8 in any format.
TARGETS = ("tflite", "tfjs", "int8")


@dataclass(frozen=True)
class Limit:
    """Something a target cannot hold, or only badly.

    Attributes:
        target: One of `TARGETS`.
        reason: Why, in one line for the user, measured where it can be.
        name: Hyperparameter, by its full name or its last part; ``""`` for
            everything the space can build.
        options: Its options that are left out.
    """

    target: str
    reason: str
    name: str = ""
    options: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise ValueError(f"A target is one of {TARGETS}. Received: target={self.target!r}")
        if bool(self.name) != bool(self.options):
            raise ValueError(
                "A limit names a hyperparameter and its options, or neither. Received:"
                f" name={self.name!r}, options={self.options}"
            )

    def speaks_of(self, full_name: str) -> bool:
        """Returns whether the limit is about the hyperparameter `full_name`."""
        return bool(self.name) and self.name in (full_name, last_part(full_name))


@dataclass(frozen=True)
class LeftOut:
    """One option that a target left out of a space.

    Attributes:
        name: Full name of the hyperparameter, ``""`` for the whole space.
        option: The option.
        target: The target that cannot hold it.
        reason: Why.
    """

    name: str
    option: Any
    target: str
    reason: str


def checked_targets(targets: Iterable[str]) -> tuple[str, ...]:
    """Returns the targets that are asked for.

    Raises:
        UserInputError: If one is unknown.
    """
    asked = tuple(targets)
    for target in asked:
        if target not in TARGETS:
            raise UserInputError(
                f"Unknown target {target!r}.{nearest(target, TARGETS)} Known: {', '.join(TARGETS)}."
            )
    return asked


def spelled_out(limits: Iterable[Limit], known: Mapping[str, Sequence[Any]]) -> tuple[LeftOut, ...]:
    """Returns what limits leave out, option by option.

    Args:
        limits: Those of a space.
        known: Full name -> options, of the whole space.
    """
    return tuple(
        LeftOut(name, option, limit.target, limit.reason)
        for limit in limits
        for name, options in ({"": (None,)} if not limit.name else known).items()
        for option in options
        if not limit.name or (limit.speaks_of(name) and option in limit.options)
    )


def without(
    out: Iterable[LeftOut],
    choices: Mapping[str, tuple[Any, ...]],
    known: Mapping[str, Sequence[Any]],
    space: str,
) -> dict[str, tuple[Any, ...]]:
    """Returns a space's choices, narrowed to what its targets can hold.

    Args:
        out: What they cannot.
        choices: Full name -> options left, of narrowed hyperparameters.
        known: Full name -> options, of the whole space.
        space: Name of the space, for errors.

    Raises:
        UnsuitableSpaceError: If a target holds nothing that the space builds.
        UserInputError: If a hyperparameter is left no option.
    """
    left = dict(choices)
    for each in out:
        if not each.name:
            raise UnsuitableSpaceError(
                f"The space {space!r} cannot be shipped as {each.target}: {each.reason}."
                " Choose another with --space, or other files."
            )
        options = left.get(each.name, tuple(known[each.name]))
        left[each.name] = tuple(option for option in options if option != each.option)
        if not left[each.name]:
            raise UserInputError(
                f"{each.name!r} is left no option: {each.option!r} cannot be shipped as"
                f" {each.target}, because {each.reason}. Narrow it less, or ask for other files."
            )
    return left
