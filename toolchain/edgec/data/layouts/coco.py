"""COCO: images, and the objects in them as polygons or run lengths in one JSON file a part.

Lin et al., Microsoft COCO, ECCV 2014, https://cocodataset.org/#format-data. An image's mask is made of its
objects: a later one lies on an earlier one, and crowds, where nobody told the objects apart, are IGNORE.
"""

from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edgec.data.annotation import Annotation, read_annotation
from edgec.data.classes import MOST, choose_classes
from edgec.data.contents import Contents, Layout, Request
from edgec.data.dataset import Entry, OwnPart
from edgec.data.images import IGNORE, MOST_PIXELS, ImageArray, read_image
from edgec.data.runs import Runs, polygons_to_mask, runs_to_mask
from edgec.errors import DataError

_RULE = "Each image is listed in annotations/instances_PART.json."
_PARTS: dict[str, OwnPart] = {"train": "train", "val": "val", "test": "val"}
_ROBOFLOW = "_annotations.coco.json"


class _Image(Annotation):
    id: int
    file_name: str
    width: int = Field(gt=0)
    height: int = Field(gt=0)


class _Object(Annotation):
    id: int
    image_id: int
    category_id: int
    segmentation: list[list[float]] | Runs
    iscrowd: int = 0


class _Category(Annotation):
    id: int
    name: str


class _Instances(Annotation):
    images: list[_Image]
    annotations: list[_Object]
    categories: list[_Category]


def open_coco(request: Request) -> Contents:
    """The images of `annotations/instances_PART.json`, or of the files that Roboflow exports.

    Images lie in the folder PART, in images/PART, in images/, or beside the file. Classes are the categories
    in the order of their ids, with a background before them.
    """
    entries = list[Entry]()
    known: tuple[str, ...] | None = None
    names = tuple[str, ...]()
    for part, path in _files(request.folder).items():
        instances = read_annotation(path, _Instances)
        categories = sorted(instances.categories, key=lambda category: category.id)
        here = ("background", *(category.name for category in categories))
        if len(here) > MOST or (known is not None and here != known):
            raise DataError(
                f"{path}: has {len(here)} classes, at most {MOST}, and in both parts the same, may be."
            )
        known = here
        names, table = choose_classes(known, request.classes, path)
        indices = {category.id: int(table[place]) for place, category in enumerate(categories, 1)}
        entries += _entries(path, instances, indices, part)
    return Contents(tuple(entries), names, _RULE)


def _entries(path: Path, instances: _Instances, indices: dict[int, int], part: OwnPart | None) -> list[Entry]:
    objects: dict[int, list[_Object]] = {image.id: [] for image in instances.images}
    for each in instances.annotations:
        if each.image_id not in objects or each.category_id not in indices:
            raise DataError(
                f"{path}: annotation {each.id} is of image {each.image_id} and category {each.category_id}, "
                "and not both are listed. Export the annotations again."
            )
        objects[each.image_id].append(each)
    folder = _image_folder(path, instances.images)
    entries = []
    for image in instances.images:
        file = folder / _inside(image.file_name, path)
        mask = partial(_read_mask, path, image, tuple(objects[image.id]), indices)
        name = file.relative_to(folder).with_suffix("").as_posix().replace("/", "_")
        entries.append(Entry(name, (file, path), partial(read_image, file), mask, name, part))
    return sorted(entries, key=lambda entry: entry.name)


def _read_mask(
    path: Path, image: _Image, objects: tuple[_Object, ...], indices: dict[int, int]
) -> ImageArray:
    where = f"{path}: {image.file_name}"
    mask = np.zeros(_size(image, where), np.uint8)
    for each in sorted(objects, key=lambda each: not each.iscrowd):  # what is told apart lies on crowds
        index = indices[each.category_id]
        painted = _painted(each, mask.shape, f"{where}: annotation {each.id}")
        if not each.iscrowd:
            mask[painted] = index
        elif index:
            mask[painted] = IGNORE
    return mask


def _painted(each: _Object, size: tuple[int, ...], where: str) -> NDArray[np.bool_]:
    if isinstance(each.segmentation, Runs):
        return runs_to_mask(each.segmentation, (size[0], size[1]), where)
    return polygons_to_mask(each.segmentation, (size[0], size[1]), where)


def _size(image: _Image, where: str) -> tuple[int, int]:
    if image.width * image.height > MOST_PIXELS:
        raise DataError(f"{where} is {image.width}x{image.height}, more than {MOST_PIXELS} pixels.")
    return image.height, image.width


def _inside(name: str, path: Path) -> PurePosixPath:
    """The name of an image as a path that does not leave its folder."""
    found = PurePosixPath(name.replace("\\", "/"))
    if found.is_absolute() or ".." in found.parts or not found.name:
        raise DataError(f"{path}: the image {name!r} lies outside of the folder. Name it from its folder on.")
    return found


def _image_folder(path: Path, images: list[_Image]) -> Path:
    """The folder that holds the first image, of those where they may be."""
    root, part = path.parent.parent, path.stem.partition("instances_")[2]
    folders = [root / part, root / "images" / part, root / "images", path.parent]
    first = _inside(images[0].file_name, path) if images else PurePosixPath()
    return next((folder for folder in folders if (folder / first).is_file()), folders[0])


def _files(folder: Path) -> dict[OwnPart | None, Path]:
    """The annotation files by their parts; None is the part of a single one."""
    named = {path.stem.partition("_")[2]: path for path in sorted(folder.glob("annotations/instances*.json"))}
    named = named or {path.parent.name: path for path in sorted(folder.glob(f"*/{_ROBOFLOW}"))}
    if len(named) < 2:
        single = [*named.values(), *_beside(folder)]
        if not single:
            raise DataError(f"{folder}: has no annotations/instances_PART.json. Put the annotations there.")
        return {None: single[0]}
    found: dict[OwnPart | None, Path] = {}
    for start, part in _PARTS.items():
        for name, path in named.items():
            if name.startswith(start) and part not in found:
                found[part] = path
    if len(found) < 2:
        raise DataError(
            f"{folder}: which of {', '.join(named)} is learned from, and which is judged on? Call the files "
            "instances_train.json and instances_val.json, or leave one."
        )
    return found


def _beside(folder: Path) -> list[Path]:
    return [path for path in (folder / _ROBOFLOW, *sorted(folder.glob("instances*.json"))) if path.is_file()]


def _fits(folder: Path) -> bool:
    return bool(
        _beside(folder)
        or any(folder.glob("annotations/instances*.json"))
        or any(folder.glob(f"*/{_ROBOFLOW}"))
    )


COCO = Layout(fits=_fits, open=open_coco, sparse=True)
