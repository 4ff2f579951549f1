"""Objects of COCO to masks: polygons by pycocotools, and run lengths.

Run lengths are expanded here: pycocotools fills what too few of them leave open with whatever lies in memory.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgec.data.annotation import Annotation
from edgec.errors import DataError

Mask = NDArray[np.bool_]
Size = tuple[int, int]

FARTHEST = 2
"""Corners lie at most so many times the longer side of their image away: far ones take long to draw."""


class Runs(Annotation):
    """Lengths of runs of 0 and 1 in turn, down the columns, of an image of `size` (height, width).

    As text they are COCO's own packing of them.
    """

    size: Size
    counts: str | list[int]


def runs_to_mask(runs: Runs, size: Size, where: str) -> Mask:
    """bool HxW. Raises DataError where the runs are not of an image of `size`; it begins with `where`."""
    counts = unpack(runs.counts, where) if isinstance(runs.counts, str) else runs.counts
    if runs.size != size or min(counts, default=0) < 0 or sum(counts) != size[0] * size[1]:
        raise DataError(
            f"{where}: {sum(counts)} pixels in runs for a size of {runs.size}, in an image of {size} "
            "(height, width). Export the annotations again."
        )
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape(size[1], size[0]).T


def unpack(text: str, where: str) -> list[int]:
    """The run lengths that COCO packed into `text`: `rleFrString` in maskApi.c of pycocotools.

    Each is written in groups of 5 bits, the lowest first, in characters from "0" on; from the fourth on it is
    the difference to the one before last. Raises DataError for any other text.
    """
    counts: list[int] = []
    value = shift = 0
    for character in text:
        group = ord(character) - 48
        if not 0 <= group < 64 or shift > 30:
            raise DataError(f"{where}: {text[:20]!r} is no packed run length. Export the annotations again.")
        value |= (group & 31) << shift
        shift += 5
        if group & 32:  # there is more of it
            continue
        if group & 16:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    return counts


def polygons_to_mask(polygons: Sequence[Sequence[float]], size: Size, where: str) -> Mask:
    """bool HxW of all of an object's polygons, x, y, x, y, ... in pixels.

    Raises DataError where there is none or one is no polygon or lies far outside; it begins with `where`.
    """
    from pycocotools import mask as coco  # slow, and few data sets need it

    for polygon in polygons:
        if (
            len(polygon) < 6
            or len(polygon) % 2
            or not all(abs(value) <= FARTHEST * max(size) for value in polygon)
        ):
            raise DataError(
                f"{where}: a polygon of {len(polygon)} numbers is none, or lies far outside its image. "
                "It needs x and y of three points. Export the annotations again."
            )
    if not polygons:
        raise DataError(f"{where}: has no segmentation. Export masks, not only boxes.")
    runs = coco.merge(coco.frPyObjects([list(polygon) for polygon in polygons], *size))
    return np.asarray(coco.decode(runs), dtype=np.bool_)
