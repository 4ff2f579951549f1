"""The records of a canonical zip, each a function of (name, CRC, size) and the place.

Stored, version 2.0, made on Unix, no flags, 1980-01-01 00:00, mode 0100644, no extra field, no comment
(PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
"""

import struct
from dataclasses import dataclass

LOCAL_MARK = b"PK\x03\x04"
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
LOCAL_SIZE, CENTRAL_SIZE, END_SIZE = _LOCAL.size, _CENTRAL.size, _END.size

_VERSION = 20
_MADE_BY = 3 << 8 | _VERSION
_DATE = 0x21  # 1980-01-01
_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the zip; `offset` is where its local header begins."""

    name: str
    crc: int
    size: int
    offset: int

    @property
    def start(self) -> int:
        """Where its bytes begin."""
        return self.offset + LOCAL_SIZE + len(self.name)

    @property
    def end(self) -> int:
        """The first place after its bytes."""
        return self.start + self.size


def local_header(entry: Entry) -> bytes:
    """What stands before the file's bytes."""
    name = entry.name.encode("ascii")
    fixed = _LOCAL.pack(LOCAL_MARK, _VERSION, 0, 0, 0, _DATE, entry.crc, entry.size, entry.size, len(name), 0)
    return fixed + name


def read_local_header(header: bytes) -> tuple[int, int, int]:
    """(CRC, size, length of the name) as a local header of LOCAL_SIZE bytes tells them, unchecked."""
    values = _LOCAL.unpack(header)
    return values[6], values[8], values[9]


def central_entry(entry: Entry) -> bytes:
    """What the central directory says of the file."""
    name = entry.name.encode("ascii")
    fixed = _CENTRAL.pack(
        b"PK\x01\x02", _MADE_BY, _VERSION, 0, 0, 0, _DATE, entry.crc, entry.size, entry.size,
        len(name), 0, 0, 0, 0, _MODE, entry.offset,
    )  # fmt: skip
    return fixed + name


def end_record(count: int, size: int, offset: int) -> bytes:
    """The last record: `count` entries, `size` bytes of central directory at `offset`."""
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
