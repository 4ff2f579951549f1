"""Files that a report is written to, besides stdout."""

import os
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
