"""Where what was fetched for other machines is kept: the emulator's pieces, devices' wheels."""

import os
from pathlib import Path

VARIABLE = "EDGEC_CACHE"


def cache_folder(given: Path | None = None) -> Path:
    """`given`, else the environment's EDGEC_CACHE, else `edgec` in the user's cache folder; absolute."""
    named = given or os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    # An XDG path that is not absolute must be ignored (XDG Base Directory Specification).
    users = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (users if users.is_absolute() else Path.home() / ".cache") / "edgec"
