"""The ``.ts`` format of the UCR and UEA archives, as sktime and aeon write it.

A header of ``@key value`` lines, then ``@data`` and one case a line: channels
separated by ``:``, values by ``,``, the class or the number last. Described at
https://www.sktime.net/en/stable/api_reference/file_specifications/ts.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
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

#: One value with its time: (0,1.5) or (2004-01-01 12:00:00,1.5).
_STAMPED = re.compile(r"\(([^()]*),([^(),]*)\)")


@dataclass(frozen=True)
class _Header:
    """What the lines before ``@data`` say.

    Attributes:
        class_names: Every class; empty for none.
        labeled: Whether a class ends each line.
        regression: Whether a number ends each line.
        stamped: Whether values come with their times.
        channels: Channels of a case; 0 if the header does not say.
    """

    class_names: tuple[str, ...] = ()
    labeled: bool = False
    regression: bool = False
    stamped: bool = False
    channels: int = 0


def read_ts(path: Path) -> Cases:
    """Reads a ``.ts`` file.

    Raises:
        UserInputError: If it is none; the message names the line.
    """
    header, body = _Header(), False
    x: list[np.ndarray] = []
    y: list[Any] = []
    for number, line in enumerate(read_lines(path), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if body:
            case, label = _case(path, number, line, header)
            if x and case.shape[1] != x[0].shape[1]:
                raise wrong(
                    path,
                    number,
                    f"every case has as many channels. Received: {case.shape[1]}"
                    f" after {x[0].shape[1]}.",
                )
            x.append(case)
            y.append(label)
        elif line.lower().startswith("@data"):
            body = True
        elif line.startswith("@"):
            header = _with_key(path, number, line, header)
        else:
            raise wrong(path, number, f"expected @key or @data. Received: {line[:40]!r}.")
    if not x:
        raise UserInputError(f"{path} must hold cases after @data. Received: none.")
    labeled = header.labeled or header.regression
    notes = ("Time stamps are left out: steps are taken as evenly spaced.",)
    return Cases(
        tuple(x),
        labels_of(y, header.regression) if labeled else None,
        class_names=header.class_names,
        notes=notes if header.stamped else (),
    )


def _with_key(path: Path, number: int, line: str, header: _Header) -> _Header:
    key, *values = line[1:].split()
    key = key.lower()
    said = values[0].lower() if values else ""
    if key in ("classlabel", "targetlabel", "timestamps") and said not in ("true", "false"):
        raise wrong(path, number, f"@{key} is true or false. Received: {line[:40]!r}.")
    if key == "classlabel":
        return replace(header, labeled=said == "true", class_names=tuple(values[1:]))
    if key == "targetlabel":
        return replace(header, regression=said == "true")
    if key == "timestamps":
        return replace(header, stamped=said == "true")
    if key in ("dimension", "dimensions"):
        if not said.isdigit():
            raise wrong(path, number, f"@{key} is a whole number. Received: {line[:40]!r}.")
        return replace(header, channels=int(said))
    return header  # Others say what the data shows.


def _case(path: Path, number: int, line: str, header: _Header) -> tuple[np.ndarray, Any]:
    """Returns the values of one case, steps x channels, and its class or number."""
    label: Any = None
    if header.labeled or header.regression:
        line, colon, label = line.rpartition(":")
        if not colon:
            raise wrong(path, number, "a class or number must follow the last ':'.")
        label = _label(path, number, label.strip(), header)
    # Times may hold colons themselves.
    parts = re.split(r"(?<=\)):|:(?=\()", line) if header.stamped else line.split(":")
    if header.channels and len(parts) != header.channels:
        raise wrong(
            path, number, f"@dimensions says {header.channels} channels. Received: {len(parts)}."
        )
    with numbers_only(path, number):
        channels = [_stamped(part) if header.stamped else numbers(part) for part in parts]
    return side_by_side(channels), label


def _stamped(text: str) -> np.ndarray:
    found = _STAMPED.findall(text)
    if not found:
        raise ValueError(f"no (time,value) in {text[:40]!r}")
    return numbers(",".join(value for _, value in found))


def _label(path: Path, number: int, label: str, header: _Header) -> Any:
    if header.regression:
        return number_of(path, number, label, "the target")
    name = class_of(label, header.class_names) if header.class_names else label
    if name is None:
        raise wrong(
            path,
            number,
            f"a class must be one that @classLabel names ({', '.join(header.class_names[:8])})."
            f" Received: {label!r}.",
        )
    return name
