"""Objects of Supervisely to masks: bitmaps, which are PNG files in base64, and polygons with holes."""

import base64
import binascii
import struct
import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from edgec.data.annotation import Annotation
from edgec.data.runs import FARTHEST, Mask, Size
from edgec.errors import DataError

Point = tuple[float, float]

_PNG_HEAD = struct.Struct(">8s8xII")  # signature, width, height
_PNG = b"\x89PNG\r\n\x1a\n"
_SLACK = 4096  # bytes that a PNG file may have beside four for each pixel and a row's own


class Bitmap(Annotation):
    """`data`: a PNG, deflated, in base64; `origin`: x and y of its top left pixel in the image."""

    data: str
    origin: tuple[int, int]


class Points(Annotation):
    """A polygon: x and y of the corners of its outline and of its holes."""

    exterior: list[Point]
    interior: list[list[Point]]


def bitmap_to_mask(bitmap: Bitmap, size: Size, where: str) -> Mask:
    """bool HxW of an image of `size` (height, width); an alpha channel, where there is one, is the object.

    Raises DataError, beginning with `where`, for a bitmap that is damaged or leaves the image.
    """
    data = _inflated(bitmap.data, 5 * size[0] * size[1] + _SLACK, where)
    if len(data) < _PNG_HEAD.size or data[: len(_PNG)] != _PNG:
        raise DataError(f"{where}: its bitmap is no PNG. Export the annotations again.")
    _, width, height = _PNG_HEAD.unpack_from(data)
    x, y = bitmap.origin
    if min(x, y) < 0 or x + width > size[1] or y + height > size[0]:
        raise DataError(
            f"{where}: its bitmap of {width}x{height} at ({x}, {y}) leaves the image of {size[1]}x{size[0]}. "
            "Export the annotations again."
        )
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise DataError(f"{where}: the end of its bitmap is missing. Export the annotations again.")
    pixels = np.asarray(decoded)
    mask = np.zeros(size, np.bool_)
    mask[y : y + height, x : x + width] = (pixels if pixels.ndim == 2 else pixels[..., -1]) > 0
    return mask


def points_to_mask(points: Points, size: Size, where: str) -> Mask:
    """bool HxW: the outline and all within, less each hole with its outline, as Supervisely draws it.

    Raises DataError, beginning with `where`, for less than three corners or corners far outside.
    """
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [_corners(points.exterior, size, where)], 1)
    for hole in points.interior:
        cv2.fillPoly(mask, [_corners(hole, size, where)], 0)
    return mask > 0


def _corners(points: Sequence[Point], size: Size, where: str) -> NDArray[np.int32]:
    if len(points) < 3 or not all(abs(value) <= FARTHEST * max(size) for point in points for value in point):
        raise DataError(
            f"{where}: a polygon of {len(points)} corners is none, or lies far outside its image. "
            "Export the annotations again."
        )
    return np.array(points).round().astype(np.int32)


def _inflated(text: str, most: int, where: str) -> bytes:
    try:
        data = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), most)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise DataError(f"{where}: its bitmap is damaged ({error}). Export the annotations again.") from error
    return data
