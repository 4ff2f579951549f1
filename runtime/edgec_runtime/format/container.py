"""The zip form: read by making it again from (name, CRC, size) and comparing the bytes."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from edgec_runtime.errors import ContainerError, LimitError
from edgec_runtime.format import limits
from edgec_runtime.format.names import MANIFEST, SIGNATURE, path_problem
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

    def _read(self, offset: int, size: int) -> bytes:
        with reading("the zip"):
            self._file.seek(offset)
            data = self._file.read(size)
        if len(data) != size:
            raise ContainerError(
                f"the zip ends at byte {offset + len(data)}, {size - len(data)} bytes too early"
            )
        return data

    def _walk(self) -> list[Entry]:
        entries: list[Entry] = []
        offset = 0
        while self._read(offset, len(LOCAL_MARK)) == LOCAL_MARK:
            if len(entries) > limits.FILES + 1:
                raise LimitError(f"the zip holds more than {limits.FILES} files")
            entry = self._entry_at(offset)
            _check_order(entry, entries[-1].name if entries else None)
            entries.append(entry)
            offset = entry.end
        if not entries:
            raise ContainerError(
                f"this is not a bundle: the first bytes are not the zip header of {MANIFEST}"
            )
        _check_reserved(entries)
        return entries

    def _entry_at(self, offset: int) -> Entry:
        crc, size, length = read_local_header(self._read(offset, LOCAL_SIZE))
        if length > _LONGEST_NAME:
            raise ContainerError(f"the zip has a name of {length} bytes at byte {offset + LOCAL_SIZE}")
        raw = self._read(offset, LOCAL_SIZE + length)
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
        offset = start = entries[-1].end
        for entry in entries:
            wanted = central_entry(entry)
            if self._read(offset, min(len(wanted), self._size - offset)) != wanted:
                raise ContainerError(f"the central entry of {entry.name!r} is not that of its local header")
            offset += len(wanted)
        wanted = end_record(len(entries), offset - start, start)
        if self._read(offset, min(END_SIZE, self._size - offset)) != wanted:
            raise ContainerError(f"the end record at byte {offset} is not that of the {len(entries)} entries")
        if self._size != offset + END_SIZE:
            raise ContainerError(f"{self._size - offset - END_SIZE} bytes follow the end of the zip")


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


def _check_reserved(entries: list[Entry]) -> None:
    if entries[-1].name == SIGNATURE:
        raise ContainerError(
            f"the bundle holds {SIGNATURE}: this edgec checks no signatures yet, install a newer one"
        )
