"""Read a protobuf message by a table of its fields, refusing all that the table does not name.

Wire format: https://protobuf.dev/programming-guides/encoding. Stricter than a parser: an unknown field, a
singular field that comes twice (parsers merge or overwrite it) and a group are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edgec_runtime.errors import LimitError, ModelError

# kind: 'varint', 'fixed32', 'fixed64', 'bytes', or the name of a message; a repeated number may be packed.
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIRES = {"varint": VARINT, "fixed64": FIXED64, "fixed32": FIXED32}
_WIDTHS = {"fixed64": 8, "fixed32": 4}
_LARGEST_FIELDS = 1_000_000
_LONG_VARINT = re.compile(rb"[\x80-\xff]{10}")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message. `refused`: why a message that holds it is refused."""

    name: str
    kind: str
    many: bool = False
    refused: str | None = None


Schema = Mapping[str, Mapping[int, Field]]
Message = dict[str, list[Any]]


class Reader:
    """Reads messages of one file; counts their fields."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._fields = 0

    def read(self, data: memoryview, kind: str, where: str) -> Message:
        """Field name -> its values: int, memoryview, or a Message. A packed number is a memoryview.

        Raises ModelError where the bytes are not such a message, LimitError where it has too many fields.
        """
        fields, found = self._schema[kind], Message()
        offset, end = 0, len(data)
        while offset < end:
            tag, offset = _varint(data, offset, where)
            field = fields.get(tag >> 3)
            if field is None:
                raise ModelError(
                    f"{where} holds the field {tag >> 3}, which a {kind} of a bundle may not have"
                )
            if field.refused is not None:
                raise ModelError(f"{where} holds {field.refused}")
            value, offset = self._value(data, offset, tag & 7, field, where)
            values = found.setdefault(field.name, [])
            if values and not field.many:
                raise ModelError(f"{where} holds {field.name} twice")
            values.append(value)
            self._count(where)
        return found

    def _value(self, data: memoryview, offset: int, wire: int, field: Field, where: str) -> tuple[Any, int]:
        where = f"{where}.{field.name}"
        expected = _WIRES.get(field.kind, BYTES)
        if wire == expected and wire == VARINT:
            return _varint(data, offset, where)
        if wire == expected and wire != BYTES:
            return _slice(data, offset, _WIDTHS[field.kind], where)
        if wire != BYTES or (expected != BYTES and not field.many):
            raise ModelError(f"{where} has the wire type {wire}; expected {expected}")
        size, offset = _varint(data, offset, where)
        value, offset = _slice(data, offset, size, where)
        if expected != BYTES:
            _check_packed(value, field.kind, where)
        elif field.kind != "bytes":
            return self.read(value, field.kind, where), offset
        return value, offset

    def _count(self, where: str) -> None:
        self._fields += 1
        if self._fields > _LARGEST_FIELDS:
            raise LimitError(f"{where}: the network has more than {_LARGEST_FIELDS} fields")


def count_numbers(values: list[Any], kind: str) -> int:
    """How many numbers a repeated field of `kind` holds, packed or not."""
    return sum(_count_packed(value, kind) if isinstance(value, memoryview) else 1 for value in values)


def signed_numbers(values: list[Any]) -> Iterator[int]:
    """The numbers of a repeated int64 field, packed or not."""
    for value in values:
        if isinstance(value, memoryview):
            offset = 0
            while offset < len(value):
                number, offset = _varint(value, offset, "a packed field")
                yield signed(number)
        else:
            yield signed(value)


def signed(number: int) -> int:
    """A varint as int64."""
    return number - (1 << 64) if number >= 1 << 63 else number


def _count_packed(value: memoryview, kind: str) -> int:
    if kind != "varint":
        return len(value) // _WIDTHS[kind]
    return len(bytes(value).translate(None, bytes(range(0x80, 0x100))))


def _check_packed(value: memoryview, kind: str, where: str) -> None:
    if kind == "varint":
        if len(value) and (value[-1] >= 0x80 or _LONG_VARINT.search(value)):
            raise ModelError(f"{where} holds a number that is cut off or too long")
    elif len(value) % _WIDTHS[kind]:
        raise ModelError(f"{where} has {len(value)} bytes, not a multiple of {_WIDTHS[kind]}")


def _varint(data: memoryview, offset: int, where: str) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if offset >= len(data):
            raise ModelError(f"{where} is truncated within a number")
        byte = data[offset]
        offset += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            if number >= 1 << 64:
                break
            return number, offset
    raise ModelError(f"{where} holds a number of more than 64 bits")


def _slice(data: memoryview, offset: int, size: int, where: str) -> tuple[memoryview, int]:
    if size > len(data) - offset:
        raise ModelError(f"{where} is truncated: {size} bytes wanted, {len(data) - offset} left")
    return data[offset : offset + size], offset + size


def text(message: Message, name: str) -> str:
    """The value of a singular text; bytes that are not UTF-8 are shown escaped."""
    values = message.get(name)
    return bytes(values[0]).decode("utf-8", "backslashreplace") if values else ""
