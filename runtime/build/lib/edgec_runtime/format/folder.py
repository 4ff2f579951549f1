"""The folder form: every file opened without following a link, by the handle of its folder."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from edgec_runtime.errors import ContainerError, LimitError
from edgec_runtime.format import limits
from edgec_runtime.format.names import MANIFEST, SIGNATURE, UNCHECKED_SIGNATURE, path_problem
from edgec_runtime.format.source import reading

# Without O_NONBLOCK, opening a pipe would wait for its writer.
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


def open_regular(path: Path | str, folder: int | None = None) -> BinaryIO:
    """Open a regular file without following a link, unbuffered. Raises ContainerError or OSError."""
    handle = os.open(path, _FILE_FLAGS, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ContainerError(f"{str(path)!r} is not a regular file")
    return os.fdopen(handle, "rb", buffering=0)


class FolderSource:
    """A bundle's folder, listed once when it is opened."""

    def __init__(self, path: Path) -> None:
        """List and check the folder. Raises ContainerError, LimitError or OSError."""
        self._root: int | None = os.open(path, _FOLDER_FLAGS)
        try:
            with reading(str(path)):
                sizes = _list(self._root, "")
        except BaseException:
            self.close()
            raise
        if MANIFEST not in sizes:
            self.close()
            raise ContainerError(f"this is not a bundle: the folder holds no {MANIFEST}")
        if sizes.pop(MANIFEST) > limits.MANIFEST_BYTES:
            self.close()
            raise LimitError(f"{MANIFEST} is larger than {limits.MANIFEST_BYTES} bytes")
        self.sizes = sizes

    def manifest(self) -> bytes:
        """The bytes of `manifest.json`."""
        with self._open(MANIFEST) as file:
            # One byte more than is allowed, so that a file that grew since is refused.
            return _read_up_to(file, limits.MANIFEST_BYTES + 1)

    def crc(self, path: str) -> None:
        """A folder tells no CRC."""

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file, at most 1 MiB at a time."""
        with self._open(path) as file:
            while chunk := file.read(limits.CHUNK):
                yield chunk

    def read(self, path: str) -> bytes:
        """The bytes of a file, in one buffer; not more than it had when the folder was listed."""
        with self._open(path) as file:
            return _read_up_to(file, self.sizes[path])

    def close(self) -> None:
        """Close the folder's handle."""
        if self._root is not None:
            os.close(self._root)
            self._root = None

    @contextmanager
    def _open(self, path: str) -> Iterator[BinaryIO]:
        *folders, name = path.split("/")
        with reading(path):
            if self._root is None:
                raise ContainerError("the bundle is closed")
            handle = os.dup(self._root)
            try:
                for folder in folders:
                    inner = os.open(folder, _FOLDER_FLAGS, dir_fd=handle)
                    os.close(handle)
                    handle = inner
                file = open_regular(name, handle)
            finally:
                os.close(handle)
            with file:
                yield file


def _list(folder: int, prefix: str) -> dict[str, int]:
    sizes: dict[str, int] = {}
    with os.scandir(folder) as found:
        names = sorted(entry.name for entry, _ in zip(found, range(limits.FILES + 2), strict=False))
    if not names:
        raise ContainerError(
            f"the folder {prefix!r} is empty" if prefix else "the folder is empty: no bundle"
        )
    for name in names:
        sizes.update(_list_one(folder, name, prefix + name))
        if len(sizes) > limits.FILES + 1:
            raise LimitError(f"the folder holds more than {limits.FILES} files")
    return sizes


def _list_one(folder: int, name: str, path: str) -> dict[str, int]:
    problem = path_problem(path)
    if problem is not None:
        raise ContainerError(f"{path!r} {problem}")
    if path == SIGNATURE:
        raise ContainerError(UNCHECKED_SIGNATURE)
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISDIR(status.st_mode):
        inner = os.open(name, _FOLDER_FLAGS, dir_fd=folder)
        try:
            return _list(inner, path + "/")
        finally:
            os.close(inner)
    if not stat.S_ISREG(status.st_mode):
        kind = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "neither a file nor a folder"
        raise ContainerError(f"{path!r} is {kind}; a bundle holds regular files only")
    if status.st_nlink != 1:
        raise ContainerError(
            f"{path!r} has {status.st_nlink} links, so that another name can change it: copy the file"
        )
    return {path: status.st_size}


def _read_up_to(file: BinaryIO, size: int) -> bytes:
    parts = []
    left = size
    while left > 0 and (part := file.read(left)):
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
