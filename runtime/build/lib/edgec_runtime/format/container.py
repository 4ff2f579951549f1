"""The zip form: read by making it again from (name, CRC, size) and comparing the bytes."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from edgec_runtime.errors import ContainerError, LimitError
from edgec_runtime.format import limits
from edgec_runtime.format.names import MANIFEST, SIGNATURE, UNCHECKED_SIGNATURE, path_problem
from edgec_runtime.format.source import reading
from edgec_runtime.format.zip_records import (
    CENTRAL_SIZE,
    END_SIZE,
    LOCAL_MARK,
    LOCAL_SIZE,
    Entry,
    central_entry,
    end_record,
    local_header,
    read_local_header,
)

_LONGEST_NAME = limits.NAME_SEGMENTS * 65
_LONGEST_HEADER = LOCAL_SIZE + _LONGEST_NAME
_LARGEST = (
    limits.BUNDLE_BYTES
    + limits.MANIFEST_BYTES
    + limits.FILES * (LOCAL_SIZE + CENTRAL_SIZE + 2 * _LONGEST_NAME)
)


class ZipSource:
    """A canonical zip in a seekable binary file, which the source owns from then on."""

    def __init__(self, file: BinaryIO) -> None:
        """Check every record. Raises ContainerError or LimitError."""
        self._file = file
        with reading("the zip"):
            self._size = file.seek(0, 2)
        if self._size > _LARGEST:
            raise LimitError(
                f"the zip has {self._size} bytes; at most {limits.BUNDLE_BYTES} of files are allowed"
            )
        entries = self._walk()
        self._check_directory(entries)
        self._entries = {entry.name: entry for entry in entries}
        self.sizes = {entry.name: entry.size for entry in entries[1:]}

    def manifest(self) -> bytes:
        """The bytes of `manifest.json`, their CRC checked."""
        data = self.read(MANIFEST)
        if zlib.crc32(data) != self.crc(MANIFEST):
            raise ContainerError(f"the CRC of {MANIFEST} is not that of its bytes: fetch the bundle again")
        return data

    def crc(self, path: str) -> int:
        """The CRC-32 that the zip tells of a file."""
        return self._entries[path].crc

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file, at most 1 MiB at a time."""
        entry = self._entries[path]
        for start in range(entry.start, entry.end, limits.CHUNK):
            yield self._read(start, min(limits.CHUNK, entry.end - start))

    def read(self, path: str) -> bytes:
        """The bytes of a file, in one buffer."""
        entry = self._entries[path]
        return self._read(entry.start, entry.size)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _peek(self, offset: int, size: int) -> bytes:
        """As many of `size` bytes as the file has."""
        with reading("the zip"):
            self._file.seek(offset)
            return self._file.read(size)

    def _read(self, offset: int, size: int) -> bytes:
        data = self._peek(offset, size)
        if len(data) != size:
            raise ContainerError(f"the zip ends at byte {offset + len(data)}: it is truncated")
        return data

    def _walk(self) -> list[Entry]:
        entries: list[Entry] = []
        offset = 0
        while (header := self._peek(offset, _LONGEST_HEADER)).startswith(LOCAL_MARK):
            if len(entries) > limits.FILES + 1:
                raise LimitError(f"the zip holds more than {limits.FILES} files")
            entry = self._entry_at(offset, header)
            _check_order(entry, entries[-1].name if entries else None)
            entries.append(entry)
            offset = entry.end
        if not entries:
            raise ContainerError(
                f"this is not a bundle: the first bytes are not the zip header of {MANIFEST}"
            )
        if entries[-1].name == SIGNATURE:
            raise ContainerError(UNCHECKED_SIGNATURE)
        return entries

    def _entry_at(self, offset: int, header: bytes) -> Entry:
        if len(header) < LOCAL_SIZE:
            raise ContainerError(f"the zip ends at byte {self._size} within a local header: it is truncated")
        crc, size, length = read_local_header(header[:LOCAL_SIZE])
        if length > _LONGEST_NAME:
            raise ContainerError(f"the zip has a name of {length} bytes at byte {offset + LOCAL_SIZE}")
        raw = header[: LOCAL_SIZE + length]
        name = raw[LOCAL_SIZE:].decode("ascii", "backslashreplace")
        problem = path_problem(name)
        if problem is not None:
            raise ContainerError(f"the zip's entry {name!r} {problem}")
        entry = Entry(name, crc, size, offset)
        if raw != local_header(entry):
            raise ContainerError(
                f"the local header of {name!r} is not the canonical one (stored, no flags, no extra field, "
                "1980-01-01): it was not written by edgec"
            )
        if entry.end > self._size:
            raise ContainerError(
                f"{name!r} ends at byte {entry.end}, the zip at {self._size}: it is truncated"
            )
        return entry

    def _check_directory(self, entries: list[Entry]) -> None:
        start = entries[-1].end
        found = self._peek(start, len(entries) * (CENTRAL_SIZE + _LONGEST_NAME) + END_SIZE)
        place = 0
        for entry in entries:
            wanted = central_entry(entry)
            if not found.startswith(wanted, place):
                raise ContainerError(
                    f"the central entry of {entry.name!r} is cut off or not that of its local header"
                )
            place += len(wanted)
        if found[place : place + END_SIZE] != end_record(len(entries), place, start):
            raise ContainerError(
                f"the end record at byte {start + place} is not that of the {len(entries)} entries"
            )
        behind = self._size - start - place - END_SIZE
        if behind:
            raise ContainerError(f"{behind} bytes follow the end of the zip")


def _check_order(entry: Entry, before: str | None) -> None:
    if before is None:
        if entry.name != MANIFEST:
            raise ContainerError(f"the first file of the zip is {entry.name!r}; it must be {MANIFEST}")
        if entry.size > limits.MANIFEST_BYTES:
            raise LimitError(
                f"{MANIFEST} has {entry.size} bytes, at most {limits.MANIFEST_BYTES} are allowed"
            )
        return
    if before == SIGNATURE:
        raise ContainerError(f"{entry.name!r} follows {SIGNATURE}, which must be the last file")
    if entry.name == MANIFEST or (before != MANIFEST and entry.name <= before and entry.name != SIGNATURE):
        raise ContainerError(f"{entry.name!r} follows {before!r}: names must ascend and none may come twice")
