"""The layouts of data sets on disk, one a file."""

from pathlib import Path

from edgec.data.contents import Layout
from edgec.data.layouts.pairs import PAIRS

LAYOUTS: dict[str, Layout] = {"pairs": PAIRS}
"""By name; the first that fits a folder is its layout."""


def find_layout(folder: Path) -> str:
    """The name of the layout that a folder has."""
    return next(name for name, layout in LAYOUTS.items() if layout.fits(folder))
