"""Files and folders that a report is written to, besides stdout."""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from edgec.errors import OutputError, UsageError
from edgec_runtime.wholefile import write_whole


def check_writable(path: Path | None) -> None:
    """Before minutes of measuring: raise UsageError where `path` could not be written; None is fine."""
    if path is None:
        return
    folder = path.parent
    if not folder.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {folder}")
    if (path.exists() and not path.is_file()) or not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"{path} cannot be written: name a file in a folder of your own")


def write_text(path: Path, text: str) -> None:
    """Write UTF-8, whole or not at all. Raises OutputError where that fails."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all. Raises OutputError where that fails."""
    try:
        write_whole(path, data)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


def check_new_folder(path: Path | None) -> None:
    """As `check_writable`, of a folder that is not there yet, or empty."""
    if path is None:
        return
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path} cannot be written: name one in a folder of your own")
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise UsageError(f"{path} is there already: remove it, or name another folder")


def write_folder(path: Path, files: Mapping[str, bytes | str]) -> None:
    """Write a folder of files by their names, all of them or nothing. Raises OutputError where that fails."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        temporary.mkdir()
        for name, data in files.items():
            write_whole(temporary / name, data)
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}: free some space") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
