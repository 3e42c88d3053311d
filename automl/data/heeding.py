"""Options of reading that the data would ignore: they are refused, never ignored silently."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields, replace

from automl.data.base import RawData
from automl.data.options import AUTO, ReadOptions
from automl.errors import UserInputError

#: Fields of `ReadOptions` that every source may leave to others.
_GENERAL = ("task", "memory", "progress")
#: Field of `ReadOptions` -> its option on the command line, where that is another word.
_FLAGS = {"columns": "column"}
#: Kind of input -> what messages call the data.
_HELD = {
    "image": "images",
    "spectrogram": "sounds",
    "series": "series",
    "tokens": "texts",
    "vector": "rows of numbers or words",
}


def given(options: ReadOptions) -> list[str]:
    """Returns the names of the options that differ from their defaults."""
    plain = ReadOptions()
    return [
        each.name
        for each in fields(ReadOptions)
        if each.name != "progress" and getattr(options, each.name) != getattr(plain, each.name)
    ]


def flag(name: str) -> str:
    """Returns an option as it is written on the command line."""
    return f"--{_FLAGS.get(name, name).replace('_', '-')}"


def only_heeded(options: ReadOptions, heeds: Collection[str]) -> ReadOptions:
    """Returns the options without those that a source does not heed.

    Args:
        options: What was said of DATA.
        heeds: Fields that the source of other data heeds.
    """
    plain = ReadOptions()
    dropped = [name for name in given(options) if name not in (*_GENERAL, *heeds)]
    return replace(options, **{name: getattr(plain, name) for name in dropped})


def check_source(options: ReadOptions, heeds: Collection[str], what: str, pattern: str) -> None:
    """Refuses options that a source does not know, before anything is read.

    What ``--input`` says is checked against what was read: `check_kind`.

    Args:
        options: What the user said.
        heeds: Fields that the source heeds.
        what: What the user named.
        pattern: What the source reads.

    Raises:
        UserInputError: If one was given.
    """
    ignored = [name for name in given(options) if name not in (*_GENERAL, *heeds)]
    if [name for name in ignored if name != "input"]:
        known = ", ".join(sorted(map(flag, heeds))) or "no options"
        raise UserInputError(
            f"{what} is read as {pattern}, which does not heed {', '.join(map(flag, ignored))}."
            f" It heeds {known}."
        )


def check_kind(raw: RawData, options: ReadOptions, what: str) -> None:
    """Refuses options that are of another kind of data than what was read.

    Args:
        raw: What was read.
        options: What the user said.
        what: What the user named.

    Raises:
        UserInputError: If one was given.
    """
    held = "steps of time" if any(raw.target.steps) else _HELD[raw.input.kind]
    for name in given(options):
        purpose, suits = _USES.get(name, ("", _always))
        if not suits(raw):
            raise UserInputError(
                f"{flag(name)} is for {purpose}, and {what} holds {held}. Leave it out."
            )
    if options.input not in (AUTO, raw.input.kind):
        raise UserInputError(
            f"--input says what arrays or files are, and {what} holds {held}."
            f" Received: --input {options.input}."
        )


def _always(raw: RawData) -> bool:
    return True


def _of_kind(*kinds: str) -> Callable[[RawData], bool]:
    return lambda raw: raw.input.kind in kinds and not any(raw.target.steps)


def _is_forecast(raw: RawData) -> bool:
    return any(raw.target.steps)


def _is_text(raw: RawData) -> bool:
    """Returns whether texts were read, and not ids of tokens that others made."""
    from automl.preprocessing.array import ArrayEncoder

    return raw.input.kind == "tokens" and not isinstance(raw.encoder, ArrayEncoder)


def _has_groups(raw: RawData) -> bool:
    return raw.groups is not None or bool(getattr(raw.encoder, "group", ""))


#: Option -> what it is for, and whether data is that.
_USES: dict[str, tuple[str, Callable[[RawData], bool]]] = {
    "image_size": ("images", _of_kind("image")),
    "color": ("images", _of_kind("image")),
    "sample_rate": ("sounds", _of_kind("spectrogram")),
    "seconds": ("sounds", _of_kind("spectrogram")),
    "length": ("texts and series", _of_kind("tokens", "series")),
    "vocabulary": ("texts", _is_text),
    "horizon": ("forecasts", _is_forecast),
    "lookback": ("forecasts", _is_forecast),
    "time_column": ("tables in the order of time", lambda raw: raw.ordered),
    "group": ("data with a column of groups", _has_groups),
}
