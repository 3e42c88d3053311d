"""The ``.arff`` format of Weka, as the UCR and UEA archives use it.

Univariate series are numeric attributes, one for each step; multivariate ones
are one relational attribute, whose rows are channels. Described at
https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.series.cases import (
    Cases,
    class_of,
    labels_of,
    number_of,
    numbers,
    numbers_only,
    read_lines,
    side_by_side,
    wrong,
)
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)\s+(.*)""", re.I)
_NUMERIC = ("numeric", "real", "integer")
#: Names of an attribute that is what is to be learned.
_TARGETS = ("class", "target", "label", "activity")


@dataclass(frozen=True)
class Attribute:
    """One column.

    Attributes:
        name: Its name.
        type: ``"numeric"``, ``"nominal"`` or ``"relational"``.
        values: Values of a nominal one, in the order of the header.
    """

    name: str
    type: str
    values: tuple[str, ...] = ()


def read_arff(path: Path, target: str = "") -> Cases:
    """Reads an ``.arff`` file of series, or of rows of numbers.

    Numeric attributes that are numbered (``att1``, ``att2``, ...) are the steps
    of one channel; those with names of their own are columns of a table.

    Args:
        path: The file.
        target: Attribute to learn; by default the nominal one, or a numeric one
            called ``class``, ``target`` or ``label``.

    Raises:
        UserInputError: If it is no such file; the message names the line.
    """
    lines = iter(enumerate(read_lines(path), 1))
    attributes = _attributes(path, lines)
    at = _target(path, attributes, target)
    relational = _checked(path, attributes, at)
    x: list[np.ndarray] = []
    y: list[Any] = []
    for number, line in lines:
        line = line.strip()
        if not line or line.startswith("%"):
            continue
        if line.startswith("{"):
            raise wrong(path, number, "sparse rows cannot be read. Write it as a plain table.")
        cells = list(_cells(line))
        if len(cells) != len(attributes):
            raise wrong(
                path,
                number,
                f"a row has {len(attributes)} values, one for each attribute."
                f" Received: {len(cells)}.",
            )
        if at is not None:
            y.append(_label(path, number, cells.pop(at), attributes[at]))
        x.append(_values(path, number, cells, relational))
    if not x:
        raise UserInputError(f"{path} must hold rows after @data. Received: none.")
    features = [each for position, each in enumerate(attributes) if position != at]
    series = relational or _numbered([each.name for each in features])
    return Cases(
        tuple(x if series else [row[:, 0] for row in x]),
        None if at is None else labels_of(y, attributes[at].type == "numeric"),
        kind="series" if series else "vector",
        class_names=() if at is None else attributes[at].values,
        columns=() if series else tuple(each.name for each in features),
    )


def _attributes(path: Path, lines: Iterator[tuple[int, str]]) -> list[Attribute]:
    """Reads the header up to ``@data``."""
    found: list[Attribute] = []
    inside = False
    for number, line in lines:
        line = line.strip()
        word = line.lower()
        if not line or line.startswith("%") or word.startswith("@relation"):
            continue
        if word.startswith("@data"):
            if not found:
                raise wrong(path, number, "@attribute lines must come before @data.")
            return found
        if word.startswith("@end"):
            inside = False
            continue
        match = _ATTRIBUTE.fullmatch(line)
        if match is None:
            raise wrong(path, number, f"expected @attribute NAME TYPE. Received: {line[:40]!r}.")
        if inside:
            continue  # One step of the relational attribute: the rows show how many.
        attribute = _attribute(path, number, match)
        inside = attribute.type == "relational"
        found.append(attribute)
    raise UserInputError(f"{path} must hold @data. Received: none.")


def _attribute(path: Path, number: int, match: re.Match[str]) -> Attribute:
    name, kind = _unquoted(match[1]), match[2].strip()
    if kind.startswith("{") and kind.endswith("}"):
        return Attribute(name, "nominal", tuple(_cells(kind[1:-1])))
    word = kind.lower().split()[0]
    if word in _NUMERIC:
        return Attribute(name, "numeric")
    if word == "relational":
        return Attribute(name, "relational")
    raise wrong(
        path,
        number,
        "attributes are numeric, nominal or relational."
        f" Received: {name!r} of type {kind[:20]!r}. Write it as .csv.",
    )


def _target(path: Path, attributes: Sequence[Attribute], target: str) -> int | None:
    """Returns the position of the attribute to learn."""
    names = [each.name for each in attributes]
    if target:
        if target not in names:
            raise UserInputError(
                f"--target must be an attribute of {path}. Received: {target!r}."
                f" The last is {names[-1]!r}."
            )
        return names.index(target)
    nominal = [at for at, each in enumerate(attributes) if each.type == "nominal"]
    called = [at for at, name in enumerate(names) if name.lower() in _TARGETS]
    if len(nominal) == 1:
        return nominal[0]
    return called[-1] if called else None


def _checked(path: Path, attributes: Sequence[Attribute], at: int | None) -> bool:
    """Returns whether the series are relational."""
    types = [each.type for position, each in enumerate(attributes) if position != at]
    if types == ["relational"]:
        return True
    for position, each in enumerate(attributes):
        if position != at and each.type != "numeric":
            raise UserInputError(
                f"{path} must hold numbers and one class. Received: the {each.type} attribute"
                f" {each.name!r}. Name what is to be learned with --target, or write it as .csv."
            )
    if not types:
        raise UserInputError(f"{path} must hold more than a class. Received: one attribute.")
    return False


def _numbered(names: Sequence[str]) -> bool:
    """Returns whether names are one stem with numbers: att1, att2, ..."""
    stems = {re.sub(r"[\d.+-]+$", "", name) for name in names}
    return len(stems) == 1 and len(names) > 1


def _cells(line: str) -> Iterator[str]:
    """Yields the values of a row; commas in quotes belong to a value."""
    begin, quote, escaped = 0, "", False
    for position, letter in enumerate(line):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"" and not line[begin:position].strip():
            quote = letter
        elif letter == ",":
            yield _unquoted(line[begin:position])
            begin = position + 1
    yield _unquoted(line[begin:])


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return re.sub(r"\\(['\"%])", r"\1", text[1:-1])
    return text


def _values(path: Path, number: int, cells: list[str], relational: bool) -> np.ndarray:
    """Returns the values of one case, steps x channels."""
    with numbers_only(path, number):
        if relational:
            rows = cells[0].replace("\\n", "\n").split("\n")
            return side_by_side([numbers(row) for row in rows if row.strip()])
        return numbers("\n".join(cells), "\n")[:, None]


def _label(path: Path, number: int, label: str, attribute: Attribute) -> Any:
    if attribute.type == "numeric":
        return number_of(path, number, label, attribute.name)
    name = class_of(label, attribute.values)
    if name is None:
        raise wrong(
            path,
            number,
            f"{attribute.name} must be one of {', '.join(attribute.values[:8])}."
            f" Received: {label!r}.",
        )
    return name
