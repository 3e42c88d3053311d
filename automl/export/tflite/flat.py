"""Small flatbuffers, written from plain values.

Only what file metadata needs: tables of texts, numbers, lists and other tables.
The generated code for their schema is in no package that is installed anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers


@dataclass(frozen=True)
class Number:
    """A number of one type.

    Attributes:
        kind: ``"Int8"``, ``"Uint8"``, ``"Int32"`` or ``"Uint32"``.
        value: The number; 0 is left out, as every reader takes it for granted.
    """

    kind: str
    value: int


@dataclass(frozen=True)
class Floats:
    """A list of float32 numbers."""

    values: tuple[float, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        fields: Value of each field, in the order of the schema; None where it is
            left out. A value is a text, a `Number`, `Floats`, a `Table` or a list of
            tables.
    """

    fields: tuple[Any, ...]


def encode(root: Table, identifier: bytes) -> bytes:
    """Returns a flatbuffer.

    Args:
        root: Its root table.
        identifier: The four bytes that say which schema it follows.
    """
    builder = flatbuffers.Builder(256)
    builder.Finish(_table(builder, root), identifier)
    return bytes(builder.Output())


def _table(builder: Any, table: Table) -> int:
    offsets = {
        slot: _offset(builder, value)
        for slot, value in enumerate(table.fields)
        if value is not None and not isinstance(value, Number)
    }
    builder.StartObject(len(table.fields))
    for slot, value in enumerate(table.fields):
        if slot in offsets:
            builder.PrependUOffsetTRelativeSlot(slot, offsets[slot], 0)
        elif isinstance(value, Number):
            getattr(builder, f"Prepend{value.kind}Slot")(slot, value.value, 0)
    return int(builder.EndObject())


def _offset(builder: Any, value: Any) -> int:
    if isinstance(value, str):
        return int(builder.CreateString(value))
    if isinstance(value, Table):
        return _table(builder, value)
    if isinstance(value, Floats):
        builder.StartVector(4, len(value.values), 4)
        for number in reversed(value.values):
            builder.PrependFloat32(number)
        return int(builder.EndVector())
    return _tables(builder, value)


def _tables(builder: Any, tables: Sequence[Table]) -> int:
    offsets = [_table(builder, table) for table in tables]
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())
