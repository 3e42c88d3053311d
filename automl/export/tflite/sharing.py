"""A flatbuffer writer that writes no object twice."""

from __future__ import annotations

from typing import Any

import flatbuffers
from flatbuffers import number_types

#: Vectors of bytes from this size on begin at a multiple of `ALIGNMENT`, as the schema
#: of TFLite asks for; smaller ones, where padding would cost more than it brings, at
#: a multiple of 4, which every type of a small constant (int8 to int32, float) needs.
LARGE = 1024
ALIGNMENT = 16


class SharingBuilder(flatbuffers.Builder):
    """Writes objects as the generated code asks for them, equal ones once.

    A flatbuffer is a graph of offsets, and nothing keeps two tables from pointing
    to one vector or table. Whatever is finished is compared with all that was
    finished before; if it is there, what was just written is taken back. Fields
    of a table are written from the widest to the narrowest, so that none needs
    padding, and empty vectors are left to the caller.

    Attributes:
        mark: Only vectors written under one mark are compared with each other.
    """

    def __init__(self, size: int = 1 << 16) -> None:
        super().__init__(size)
        self._known: dict[Any, int] = {}
        self._slots: dict[int, tuple[Any, Any]] = {}
        self._absolute: list[int] = []
        #: Offsets before a vector: without and with the padding that aligns it.
        self._start = self._end = 0
        self.mark: Any = None

    # Tables: fields are collected, and written when all are known.

    def StartObject(self, numfields: int) -> None:  # noqa: N802
        """Begins a table."""
        self._slots = {}
        super().StartObject(numfields)

    def PrependSlot(self, flags: Any, o: int, x: Any, d: Any) -> None:  # noqa: N802
        """Notes a number of a table."""
        if x != d:
            self._slots[o] = (flags, x)

    def PrependUOffsetTRelativeSlot(self, o: int, x: int, d: int) -> None:  # noqa: N802
        """Notes a reference of a table."""
        if x != d:
            self._slots[o] = (None, x)

    def EndObject(self) -> int:  # noqa: N802
        """Writes the table, or finds the one that equals it."""
        # The type belongs to the key: 1 and 1.0 are equal here, and other bytes in the file.
        key = (
            "table",
            *sorted(
                (o, getattr(flags, "__name__", ""), x) for o, (flags, x) in self._slots.items()
            ),
        )
        if key in self._known:
            self.nested, self.current_vtable = False, None
            return self._known[key]
        # What is written first ends up last: the widest fields stand first.
        for o, (flags, x) in sorted(self._slots.items(), key=lambda each: width(each[1][0])):
            if flags is None:
                self.PrependUOffsetTRelative(x)
            else:
                self.Prepend(flags, x)
            self.Slot(o)
        self._known[key] = int(super().EndObject())
        return self._known[key]

    # Vectors: written, compared, taken back.

    def StartVector(self, elemSize: int, numElems: int, alignment: int) -> int:  # noqa: N802,N803
        """Begins a vector."""
        self._absolute, self._start = [], int(self.Offset())
        if elemSize == 1 and numElems >= LARGE:
            alignment = max(alignment, ALIGNMENT)
        self._end = int(super().StartVector(elemSize, numElems, alignment))
        return self._end

    def PrependUOffsetTRelative(self, off: int) -> None:  # noqa: N802
        """Writes a reference, and notes where it points."""
        self._absolute.append(int(off))
        super().PrependUOffsetTRelative(off)

    def EndVector(self, numElems: int | None = None) -> int:  # noqa: N802,N803
        """Ends the vector, or takes it back where it is known."""
        count = self.vectorNumElems
        begin = self.head
        offset = int(super().EndVector())
        written = (
            tuple(self._absolute)
            if self._absolute
            else bytes(self.Bytes[begin : len(self.Bytes) - self._end])
        )
        return self._once(("vector", self.mark, count, written), offset)

    def CreateString(self, s: str | bytes, encoding: str = "utf-8", errors: str = "strict") -> int:  # noqa: N802
        """Writes a text once."""
        self._absolute, self._start = [], int(self.Offset())
        self._end = self._start
        return int(super().CreateString(s, encoding, errors))

    def _once(self, key: Any, offset: int) -> int:
        if key in self._known:
            self.head = len(self.Bytes) - self._start
            return self._known[key]
        self._known[key] = offset
        return offset


def width(flags: Any) -> int:
    """Returns the bytes of a number's type; those of a reference for None."""
    return int((flags or number_types.UOffsetTFlags).bytewidth)
