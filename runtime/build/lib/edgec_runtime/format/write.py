"""Write a bundle: the same bytes for the same contents, and whole or not at all."""

import hashlib
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from edgec_runtime.errors import FileSetError
from edgec_runtime.format.decode import decode_manifest, encode_manifest, with_digest
from edgec_runtime.format.manifest import FileEntry, Manifest
from edgec_runtime.format.names import MANIFEST
from edgec_runtime.format.zip_records import Entry, central_entry, end_record, local_header


def seal(manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """The manifest with its files and digest made from `files` (path to bytes), checked as a reader would.

    Raises ManifestError, FileSetError or LimitError where a reader would refuse the bundle.
    """
    entries = tuple(
        FileEntry(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in sorted(files.items())
    )
    return decode_manifest(encode_manifest(with_digest(replace(manifest, files=entries))))


def write_folder(path: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Write the folder form at `path`, in place of what is there.

    `manifest` comes from `seal(manifest, files)`. Raises FileSetError where the two differ, OSError.
    """
    contents = {MANIFEST: encode_manifest(manifest), **_checked(manifest, files)}
    temporary = _temporary(path)
    temporary.mkdir()
    try:
        for name, data in contents.items():
            target = temporary / name
            target.parent.mkdir(parents=True, exist_ok=True)
            _write_file(target, (data,))
        for folder in (temporary, *filter(Path.is_dir, temporary.rglob("*"))):
            _sync_folder(folder)
        _replace_folder(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    _sync_folder(path.parent)


def write_zip(path: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Write the zip form at `path`, in place of what is there.

    `manifest` comes from `seal(manifest, files)`. Raises FileSetError where the two differ, OSError.
    """
    contents = {MANIFEST: encode_manifest(manifest), **_checked(manifest, files)}
    temporary = _temporary(path)
    try:
        _write_file(temporary, zip_parts(contents))
        temporary.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def zip_parts(contents: Mapping[str, bytes]) -> Iterator[bytes]:
    """The canonical zip of `contents`, in their order, part by part."""
    entries: list[Entry] = []
    offset = 0
    for name, data in contents.items():
        entry = Entry(name, zlib.crc32(data), len(data), offset)
        yield local_header(entry)
        yield data
        entries.append(entry)
        offset = entry.end
    directory = b"".join(central_entry(entry) for entry in entries)
    yield directory
    yield end_record(len(entries), len(directory), offset)


def _checked(manifest: Manifest, files: Mapping[str, bytes]) -> dict[str, bytes]:
    listed = [entry.path for entry in manifest.files]
    if listed != sorted(files):
        raise FileSetError(
            f"the manifest lists {listed}, the files are {sorted(files)}: seal the manifest first"
        )
    return {path: files[path] for path in listed}


def _temporary(path: Path) -> Path:
    # Beside the target, so that the rename stays in one file system.
    return path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"


def _write_file(path: Path, parts: Iterator[bytes] | tuple[bytes, ...]) -> None:
    with path.open("xb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace_folder(temporary: Path, path: Path) -> None:
    with _set_aside(path):
        temporary.rename(path)


@contextmanager
def _set_aside(path: Path) -> Iterator[None]:
    """Move what is at `path` away while the block puts something there; back again where it fails."""
    if not path.exists():
        yield
        return
    aside = _temporary(path)
    path.rename(aside)
    try:
        yield
    except BaseException:
        aside.rename(path)
        raise
    shutil.rmtree(aside)
