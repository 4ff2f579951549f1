"""DRIVE: fundus images, their vessels in `1st_manual/`, and their field of view in `mask/`.

Staal et al., Ridge-based vessel segmentation in color images of the retina, IEEE TMI 2004,
https://doi.org/10.1109/TMI.2004.825627. CHASE_DB1 in the same folders is read, too.
"""

import re
from functools import partial
from pathlib import Path

import numpy as np

from edgec.data.classes import choose_classes
from edgec.data.contents import Contents, Layout, Request, parts_of
from edgec.data.dataset import Entry, OwnPart
from edgec.data.groups import groups_of
from edgec.data.images import IGNORE, ImageArray, read_image, read_labels, read_mask
from edgec.data.stems import image_files
from edgec.errors import DataError

CLASSES = ("background", "vessel")
_RULE = (
    "The vessels of images/NN_training.tif are 1st_manual/NN_manual1.gif and, where there is a folder mask/, "
    "its field of view is mask/NN_training_mask.gif."
)
_IMAGE = re.compile(r"(.+?)(?:_training|_test)?")
_VESSELS = re.compile(r"(.+?)(?:_training|_test)?(?:_manual1|_manual|_1stHO)?")
_VIEW = re.compile(r"(.+?)(?:_training|_test)?(?:_mask)?")


def open_drive(request: Request) -> Contents:
    """`training/` and `test/`, one of them, or the folder itself; a `test/` without vessels is left alone.

    What lies outside the field of view is IGNORE.
    """
    names, _ = choose_classes(CLASSES, request.classes, request.folder)
    parts = [(part, folder) for part, folder in parts_of(request.folder).items() if _is_part(folder)]
    if len(parts) == 2:
        entries = [entry for part, folder in parts for entry in _entries(folder, part)]
    else:
        entries = _entries(_only(request.folder), None)
    return Contents(tuple(entries), names, _RULE)


def _only(folder: Path) -> Path:
    for found in (folder, folder / "training", folder / "test"):
        if _is_part(found):
            return found
    raise DataError(f"{folder}: has no images/ with 1st_manual/, nor has training/ or test/ in it. {_RULE}")


def _is_part(folder: Path) -> bool:
    return (folder / "images").is_dir() and (folder / "1st_manual").is_dir()


def _entries(folder: Path, part: OwnPart | None) -> list[Entry]:
    images = _by_number(folder / "images", _IMAGE)
    vessels = _by_number(folder / "1st_manual", _VESSELS)
    views = _by_number(folder / "mask", _VIEW) if (folder / "mask").is_dir() else None
    found = []
    for (number, image), group in zip(images.items(), groups_of(list(images)), strict=True):
        masks = [vessels.get(number)] if views is None else [vessels.get(number), views.get(number)]
        files = tuple(path for path in masks if path is not None)
        read = partial(_read_mask, *files) if len(files) == len(masks) else None
        found.append(Entry(image.stem, (image, *files), partial(read_image, image), read, group, part))
    return found


def _by_number(folder: Path, pattern: re.Pattern[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in image_files(folder):
        match = pattern.fullmatch(path.stem)
        if match is not None:
            found[match[1]] = path
    return found


def _read_mask(vessels: Path, view: Path | None = None) -> ImageArray:
    mask = read_mask(vessels, len(CLASSES))
    if view is None:
        return mask
    seen = read_labels(view) != 0
    if seen.shape != mask.shape:
        raise DataError(f"{view}: is of another size than {vessels}. Give both the size of their image.")
    return np.where(seen, mask, np.uint8(IGNORE))


def _fits(folder: Path) -> bool:
    return any(_is_part(found) for found in (folder, folder / "training", folder / "test"))


DRIVE = Layout(fits=_fits, open=open_drive, sparse=False)
