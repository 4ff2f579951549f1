"""The layout `images/NAME.*` with `masks/NAME.*`, any other rule by templates, or images without masks."""

from functools import partial
from pathlib import Path

from edgec.data.classes import class_names
from edgec.data.contents import Contents, Layout, Request, parts_of
from edgec.data.dataset import Entry, OwnPart
from edgec.data.groups import groups_of
from edgec.data.images import read_image, read_mask
from edgec.data.stems import HOLE, Stems, by_stem, guess
from edgec.errors import DataError

IMAGES = f"images/{HOLE}"


def open_pairs(request: Request) -> Contents:
    """Images and masks of one name, in the folder itself or in its parts, as train/ and val/.

    Where names are not the same but differ by what stands before or behind all of them, that is found out.
    Masks without an image are passed over.
    """
    names = class_names(request.classes)
    parts = parts_of(request.folder)
    if not parts or not _folder(parts["train"], request.images or IMAGES).is_dir():
        return _open(request.folder, request, names, None)
    both = [_open(folder, request, names, part) for part, folder in parts.items()]
    entries = tuple(entry for one in both for entry in one.entries)
    return Contents(entries, names, both[0].rule, tuple(path for one in both for path in one.spare))


def _open(folder: Path, request: Request, names: tuple[str, ...], part: OwnPart | None) -> Contents:
    template = request.images or (IMAGES if (folder / "images").is_dir() else HOLE)
    images = by_stem(folder, template)
    masks, rule = _masks(folder, request.masks, images, flat=template == HOLE)
    if template == HOLE:  # masks that lie beside the images are none
        images = {stem: path for stem, path in images.items() if path not in masks.values()}
    groups = groups_of(list(images))
    entries = tuple(
        _entry(stem, path, masks.get(stem), len(names), group, part)
        for (stem, path), group in zip(images.items(), groups, strict=True)
    )
    return Contents(entries, names, rule, tuple(path for stem, path in masks.items() if stem not in images))


def _masks(folder: Path, template: str | None, images: Stems, *, flat: bool) -> tuple[Stems, str | None]:
    """The masks by the stems of their images, and the rule that they follow."""
    if template is None and flat:
        return {}, None
    if template is None and not (folder / "masks").is_dir():
        raise DataError(
            f"{folder}: has images/ but no masks/. Add the masks, or name {folder / 'images'} to go without."
        )
    template = template or guess(images, by_stem(folder, f"masks/{HOLE}"), "masks")
    rule = "A mask has the name of its image; only the ending may differ."
    if Path(template).name != HOLE:
        rule = f"The mask of an image {HOLE} is {folder / template}."
    return by_stem(folder, template), rule


def _entry(
    name: str, image: Path, mask: Path | None, classes: int, group: str, part: OwnPart | None
) -> Entry:
    if mask is None:
        return Entry(name, (image,), partial(read_image, image), None, group, part)
    return Entry(
        name, (image, mask), partial(read_image, image), partial(read_mask, mask, classes), group, part
    )


def _folder(folder: Path, template: str) -> Path:
    return (folder / template).parent


PAIRS = Layout(fits=Path.is_dir, open=open_pairs, sparse=False)
