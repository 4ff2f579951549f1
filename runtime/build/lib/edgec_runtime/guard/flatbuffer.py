"""Read a flatbuffer by a table of its fields, checking every offset and refusing all that is not named.

Layout: https://flatbuffers.dev/internals. Offsets may point to one place many times, so that a small file
could unfold without end: the number of tables and bytes that are visited is limited.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgec_runtime.errors import LimitError, ModelError

_SCALARS = {
    "bool": "<B",
    "i8": "<b",
    "u8": "<B",
    "i32": "<i",
    "u32": "<I",
    "u64": "<Q",
    "i64": "<q",
    "f32": "<f",
}
_U16, _U32, _I32 = struct.Struct("<H"), struct.Struct("<I"), struct.Struct("<i")
_LARGEST_TABLES = 500_000
_UNFOLDED = 4  # the vectors that are visited may have so many times the file's bytes


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a table, its slot its place in the list.

    `kind`: a scalar; '[scalar]' or 'text', read as bytes; a table's name, or '[Name]'. `refused`: why a table
    that holds it is refused.
    """

    name: str
    kind: str
    refused: str | None = None


Schema = Mapping[str, tuple[Field, ...]]
Table = dict[str, Any]


class Reader:
    """Reads the tables of one file."""

    def __init__(self, data: bytes, schema: Schema) -> None:
        self._data = memoryview(data)
        self._schema = schema
        self._tables = 0
        self._bytes = 0

    def root(self, identifier: bytes, kind: str) -> Table:
        """The whole file. Raises ModelError or LimitError."""
        if self._data[4:8] != identifier:
            raise ModelError(f"this is not a {identifier.decode()} file")
        return self._table(self._offset(0, "the file"), kind, "the file")

    def table_at(self, place: int, kind: str, where: str) -> Table:
        """The table that the offset at `place` leads to. Raises ModelError or LimitError."""
        return self._table(self._offset(place, where), kind, where)

    def _table(self, start: int, kind: str, where: str) -> Table:
        self._tables += 1
        if self._tables > _LARGEST_TABLES:
            raise LimitError(f"{where}: the network has more than {_LARGEST_TABLES} tables")
        vtable = start - self._number(_I32, start, where)
        slots, size = self._vtable(vtable, start, where)
        fields, found = self._schema[kind], Table()
        for slot in range(slots):
            offset = self._number(_U16, vtable + 4 + 2 * slot, where)
            if offset == 0:
                continue
            if slot >= len(fields):
                raise ModelError(f"{where} holds the field {slot}, which a {kind} of a bundle may not have")
            field = fields[slot]
            width = struct.calcsize(_SCALARS.get(field.kind, "<I"))
            if offset < 4 or offset + width > size:
                raise ModelError(f"{where}.{field.name} lies outside its table")
            value = self._value(start + offset, field.kind, f"{where}.{field.name}")
            if field.refused is not None and value != 0:
                raise ModelError(f"{where} holds {field.refused}")
            found[field.name] = value
        return found

    def _vtable(self, vtable: int, start: int, where: str) -> tuple[int, int]:
        size = self._number(_U16, vtable, where)
        table = self._number(_U16, vtable + 2, where)
        if size < 4 or size % 2 or vtable + size > len(self._data):
            raise ModelError(f"{where} has a list of fields that is not one")
        if table < 4 or start + table > len(self._data):
            raise ModelError(f"{where} ends beyond the file")
        return (size - 4) // 2, table

    def _value(self, place: int, kind: str, where: str) -> Any:
        if kind in _SCALARS:
            return struct.unpack_from(_SCALARS[kind], self._data, place)[0]
        if kind == "union":
            return place
        if kind == "text":
            return self._vector(place, 1, where)
        if kind[0] != "[":
            return self.table_at(place, kind, where)
        inner = kind[1:-1]
        if inner in _SCALARS:
            return self._vector(place, struct.calcsize(_SCALARS[inner]), where)
        offsets = self._vector(place, 4, where)
        base = self._offset(place, where) + 4
        return [self.table_at(base + 4 * i, inner, f"{where}[{i}]") for i in range(len(offsets) // 4)]

    def _vector(self, place: int, width: int, where: str) -> memoryview:
        start = self._offset(place, where)
        size = width * self._number(_U32, start, where)
        if size > len(self._data) - start - 4:
            raise ModelError(f"{where} ends beyond the file")
        self._bytes += size
        if self._bytes > _UNFOLDED * len(self._data):
            raise LimitError(f"{where}: the file's parts overlap too often")
        return self._data[start + 4 : start + 4 + size]

    def _offset(self, place: int, where: str) -> int:
        offset = self._number(_U32, place, where)
        if offset == 0:
            raise ModelError(f"{where} leads nowhere")
        return place + offset

    def _number(self, form: struct.Struct, place: int, where: str) -> int:
        if place < 0 or place + form.size > len(self._data):
            raise ModelError(f"{where} leads outside the file")
        number: int = form.unpack_from(self._data, place)[0]
        return number
