"""Files that a report is written to, besides stdout."""

import os
from pathlib import Path

from edgec.errors import OutputError, UsageError


def check_writable(path: Path | None) -> None:
    """Before minutes of measuring: raise UsageError where `path` could not be written; None is fine."""
    if path is None:
        return
    folder = path.parent
    if not folder.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {folder}")
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"{path} cannot be written: name a file in a folder of your own")


def write_text(path: Path, text: str) -> None:
    """Write UTF-8. Raises OutputError where that fails."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
