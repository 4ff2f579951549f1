"""Supervisely: `meta.json`, and folders of `img/NAME.jpg` with `ann/NAME.jpg.json`, as FSOCO has them.

https://docs.supervisely.com/customization-and-integration/00_ann_format_navi. A later object lies on an
earlier one.
"""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from edgec.data.annotation import Annotation, read_annotation
from edgec.data.classes import MOST, choose_classes
from edgec.data.contents import Contents, Layout, Request, parts_of
from edgec.data.dataset import Entry, OwnPart
from edgec.data.figures import Bitmap, Points, bitmap_to_mask, points_to_mask
from edgec.data.images import MOST_PIXELS, ImageArray, read_image
from edgec.data.stems import image_files
from edgec.errors import DataError

_RULE = "The annotation of img/NAME.jpg is ann/NAME.jpg.json."


class _Class(Annotation):
    title: str


class _Meta(Annotation):
    classes: list[_Class]


class _BitmapObject(Annotation):
    title: str = Field(alias="classTitle")
    kind: Literal["bitmap"] = Field(alias="geometryType")
    bitmap: Bitmap


class _PolygonObject(Annotation):
    title: str = Field(alias="classTitle")
    kind: Literal["polygon"] = Field(alias="geometryType")
    points: Points


class _Size(Annotation):
    height: int = Field(gt=0)
    width: int = Field(gt=0)


class _Objects(Annotation):
    size: _Size
    objects: list[Annotated[_BitmapObject | _PolygonObject, Field(discriminator="kind")]]


def open_supervisely(request: Request) -> Contents:
    """The images of all folders that have `img/` and `ann/`; folders called train and val are the parts."""
    meta = read_annotation(request.folder / "meta.json", _Meta)
    known = ("background", *(each.title for each in meta.classes))
    if len(known) > MOST:
        raise DataError(f"{request.folder / 'meta.json'}: has {len(known)} classes, more than {MOST}.")
    names, table = choose_classes(known, request.classes, request.folder)
    indices = {title: int(table[place]) for place, title in enumerate(known)}
    parts = {folder: part for part, folder in parts_of(request.folder).items()}
    folders = _folders(request.folder)
    parts = parts if set(parts) <= set(folders) else {}
    entries = [
        entry
        for folder in parts or folders
        for entry in _entries(folder, indices, parts.get(folder), prefixed=len(folders) > 1)
    ]
    return Contents(tuple(entries), names, _RULE)


def _folders(root: Path) -> list[Path]:
    found = [path.parent for path in sorted(root.rglob("ann")) if (path.parent / "img").is_dir()]
    if not found:
        raise DataError(f"{root}: no folder in it has img/ and ann/. {_RULE}")
    return found


def _entries(folder: Path, indices: dict[str, int], part: OwnPart | None, *, prefixed: bool) -> list[Entry]:
    entries = []
    for image in image_files(folder / "img"):
        # Older exports leave the ending of the image out.
        places = (folder / "ann" / f"{image.name}.json", folder / "ann" / f"{image.stem}.json")
        found = next((path for path in places if path.is_file()), None)
        files = (image,) if found is None else (image, found)
        mask = None if found is None else partial(_read_mask, found, indices)
        name = f"{folder.name}_{image.stem}" if prefixed else image.stem
        entries.append(Entry(name, files, partial(read_image, image), mask, name, part))
    return entries


def _read_mask(path: Path, indices: dict[str, int]) -> ImageArray:
    annotation = read_annotation(path, _Objects)
    size = (annotation.size.height, annotation.size.width)
    if size[0] * size[1] > MOST_PIXELS:
        raise DataError(f"{path}: is of an image of {size[1]}x{size[0]}, more than {MOST_PIXELS} pixels.")
    mask = np.zeros(size, np.uint8)
    for place, each in enumerate(annotation.objects):
        where = f"{path}: objects.{place}"
        if each.title not in indices:
            raise DataError(f"{where}: is a {each.title!r}, which meta.json does not list. Add it there.")
        if isinstance(each, _BitmapObject):
            painted = bitmap_to_mask(each.bitmap, size, where)
        else:
            painted = points_to_mask(each.points, size, where)
        mask[painted] = indices[each.title]
    return mask


def _fits(folder: Path) -> bool:
    return (folder / "meta.json").is_file() and any(any(folder.glob(p)) for p in ("ann", "*/ann", "*/*/ann"))


SUPERVISELY = Layout(fits=_fits, open=open_supervisely, sparse=True)
