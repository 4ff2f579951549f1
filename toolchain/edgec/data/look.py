"""One look at a sample: what is in it, or what is wrong with it."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgec.data.dataset import Entry
from edgec.data.images import IGNORE, ImageArray
from edgec.data.labels import Counts
from edgec.errors import DataError

Kind = Literal[
    "missing mask",
    "mask without image",
    "unreadable image",
    "unusable mask",
    "sizes differ",
    "unknown labels",
    "two meanings of 255",
    "empty mask",
    "twice",
    "in both parts",
]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: of which kind, with which sample or file, and in words."""

    kind: Kind
    sample: str
    what: str


@dataclass(frozen=True)
class Look:
    """`size`: (width, height) and `picture`: sha256 of the image; `labels`: of a mask that fits it."""

    size: tuple[int, int] | None = None
    picture: bytes | None = None
    labels: Counts | None = None
    finding: Finding | None = None


def look(entry: Entry, rule: str | None) -> Look:
    """Read a sample's files. `rule`: how its mask is found, None where it needs none."""
    try:
        image = entry.read_image()
    except DataError as error:
        return Look(finding=Finding("unreadable image", entry.name, str(error)))
    size = (image.shape[1], image.shape[0])
    picture = hashlib.sha256(f"{image.shape}".encode() + image.tobytes()).digest()
    if entry.read_mask is None:
        missing = None if rule is None else Finding("missing mask", entry.name, rule)
        return Look(size, picture, finding=missing)
    try:
        mask = entry.read_mask()
    except DataError as error:
        return Look(size, picture, finding=Finding("unusable mask", entry.name, str(error)))
    if mask.shape != image.shape[:2]:
        what = f"the image is {_size(image)}, its mask {_size(mask)} (width x height)"
        return Look(size, picture, finding=Finding("sizes differ", entry.name, what))
    return Look(size, picture, np.bincount(mask.ravel(), minlength=IGNORE + 1))


def _size(image: ImageArray) -> str:
    return f"{image.shape[1]}x{image.shape[0]}"
