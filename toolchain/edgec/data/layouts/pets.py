"""Oxford-IIIT Pet: `images/NAME.jpg`, `annotations/trimaps/NAME.png`, and lists of names as its split.

Parkhi et al., Cats and dogs, CVPR 2012, https://www.robots.ox.ac.uk/~vgg/data/pets/. A trimap holds 1 for the
pet, 2 for the background and 3 for the border between them.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgec.data.classes import Classes, choose_classes
from edgec.data.contents import Contents, Layout, Request
from edgec.data.dataset import Entry, OwnPart
from edgec.data.images import IGNORE, ImageArray, read_image, read_labels
from edgec.data.stems import HOLE, by_stem
from edgec.errors import DataError

CLASSES = ("background", "pet")
BORDER = "border"
_LISTS: dict[OwnPart, str] = {"train": "trainval.txt", "val": "test.txt"}
_RULE = "The trimap of images/NAME.jpg is annotations/trimaps/NAME.png."
_NO_CLASS = 254


def open_pets(request: Request) -> Contents:
    """Pets before a background, whatever their breed.

    The border is IGNORE, or a third class where three are wanted. `annotations/trainval.txt` is the part to
    learn from and `test.txt` that to judge on; what neither names is left out. Without both, all is taken.
    """
    known = (*CLASSES, BORDER) if _with_border(request.classes) else CLASSES
    names, chosen = choose_classes(known, request.classes, request.folder)
    table = np.full(256, _NO_CLASS, np.uint8)
    table[[1, 2, 3]] = chosen[1], chosen[0], chosen[2] if BORDER in known else IGNORE
    images = by_stem(request.folder, f"images/{HOLE}")
    trimaps = by_stem(request.folder, f"annotations/trimaps/{HOLE}")
    entries = []
    for name, part in _listed(request.folder / "annotations", list(images)):
        if name not in images:
            raise DataError(
                f"{request.folder / 'images'}: has no {name}, which annotations/ lists. Copy it, or take the "
                "name out of the list."
            )
        trimap = trimaps.get(name)
        files = (images[name],) if trimap is None else (images[name], trimap)
        mask = None if trimap is None else partial(_read_mask, trimap, table)
        entries.append(Entry(name, files, partial(read_image, images[name]), mask, name, part))
    return Contents(tuple(entries), names, _RULE)


def _with_border(classes: Classes) -> bool:
    return classes == len(CLASSES) + 1 if isinstance(classes, int) else BORDER in (classes or ())


def _listed(folder: Path, everything: list[str]) -> Iterator[tuple[str, OwnPart | None]]:
    lists = {part: folder / name for part, name in _LISTS.items() if (folder / name).is_file()}
    if len(lists) < len(_LISTS):
        yield from ((name, None) for name in everything)
        return
    for part, path in lists.items():
        yield from ((name, part) for name in _names(path))


def _names(path: Path) -> list[str]:
    """The first word of each line that is no comment."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}). Copy it again.") from error
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def _read_mask(path: Path, table: NDArray[np.uint8]) -> ImageArray:
    labels = read_labels(path)
    mask = np.asarray(table[np.minimum(labels, 255)])
    if (mask == _NO_CLASS).any():
        raise DataError(
            f"{path}: a trimap holds 1 (pet), 2 (background) and 3 (border), this one {labels.min()} to "
            f"{labels.max()}. Copy it again."
        )
    return mask


def _fits(folder: Path) -> bool:
    return (folder / "annotations" / "trimaps").is_dir() and (folder / "images").is_dir()


PETS = Layout(fits=_fits, open=open_pets, sparse=False)
