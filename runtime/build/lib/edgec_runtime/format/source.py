"""Source: where the files of a bundle are read from, the same for folder and zip."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from edgec_runtime.errors import ContainerError, DigestError, FileSetError
from edgec_runtime.format.manifest import FileEntry
from edgec_runtime.format.names import MANIFEST


class Source(Protocol):
    """The opened container. Every method raises ContainerError where a file changed or cannot be read."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Every file but `manifest.json`: path -> bytes."""

    def manifest(self) -> bytes:
        """The bytes of `manifest.json`."""

    def crc(self, path: str) -> int | None:
        """The CRC-32 that the container tells of a file, where it tells one."""

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file, a part at a time."""

    def read(self, path: str) -> bytes:
        """The bytes of a file, in one buffer."""

    def close(self) -> None:
        """Release the handle; calling it again does nothing."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn an OSError into a ContainerError that names `what` was read."""
    try:
        yield
    except OSError as error:
        raise ContainerError(f"{what} cannot be read: {error.strerror or error}") from error


def check_file_set(source: Source, files: Iterable[FileEntry]) -> None:
    """Raises FileSetError where a file is missing or not named, DigestError where a size differs."""
    named = {entry.path: entry.size for entry in files}
    for path in source.sizes:
        if path not in named:
            raise FileSetError(f"the file {path!r} is present and {MANIFEST} does not name it: remove it")
    for path, size in named.items():
        if path not in source.sizes:
            raise FileSetError(f"the file {path!r} is missing: fetch the bundle again")
        if source.sizes[path] != size:
            raise DigestError(
                f"the file {path!r} has {source.sizes[path]} bytes, {MANIFEST} says {size}: "
                "it was changed or damaged; fetch the bundle again"
            )


def verify(source: Source, entry: FileEntry) -> None:
    """Check a file's bytes without keeping them. Raises DigestError or ContainerError."""
    _verify_chunks(source, entry, source.chunks(entry.path))


def read_verified(source: Source, entry: FileEntry) -> bytes:
    """A file's bytes, checked in the buffer that is returned. Raises DigestError or ContainerError."""
    data = source.read(entry.path)
    _verify_chunks(source, entry, (data,))
    return data


def _verify_chunks(source: Source, entry: FileEntry, chunks: Iterable[bytes]) -> None:
    digest, crc = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        crc = zlib.crc32(chunk, crc)
    if digest.hexdigest() != entry.sha256:
        raise DigestError(
            f"the file {entry.path!r} has the sha256 {digest.hexdigest()}, {MANIFEST} says {entry.sha256}: "
            "it was changed or damaged; fetch the bundle again"
        )
    told = source.crc(entry.path)
    if told is not None and told != crc:
        raise ContainerError(f"the zip says CRC {told:08x} of {entry.path!r}, its bytes have {crc:08x}")
