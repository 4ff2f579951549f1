"""The layouts of data sets on disk, one a file."""

from pathlib import Path

from edgec.data.contents import Layout
from edgec.data.layouts.acdc import ACDC
from edgec.data.layouts.coco import COCO
from edgec.data.layouts.drive import DRIVE
from edgec.data.layouts.pairs import PAIRS
from edgec.data.layouts.pets import PETS
from edgec.data.layouts.supervisely import SUPERVISELY

LAYOUTS: dict[str, Layout] = {
    "supervisely": SUPERVISELY,
    "pets": PETS,
    "coco": COCO,
    "drive": DRIVE,
    "acdc": ACDC,
    "pairs": PAIRS,
}
"""By name; the first that fits a folder is its layout, and `pairs` fits every folder."""


def find_layout(folder: Path) -> str:
    """The name of the layout that a folder has."""
    return next(name for name, layout in LAYOUTS.items() if layout.fits(folder))
