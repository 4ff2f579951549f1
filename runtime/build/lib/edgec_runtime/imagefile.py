"""Image files: read one, write a mask."""

from io import BytesIO
from pathlib import Path

import numpy as np

from edgec_runtime.errors import InputError
from edgec_runtime.format.manifest import ClassSpec
from edgec_runtime.image import Image
from edgec_runtime.mask import Mask
from edgec_runtime.png import SIGNATURE, UnsupportedPngError, read_png, write_png
from edgec_runtime.wholefile import write_whole


def read_image(path: Path) -> Image:
    """A file -> HxW, HxWx3 (RGB) or HxWx4 (RGBA) uint8.

    PNG is read here, so that it is the same on every device; other formats by OpenCV or Pillow where one of
    them is installed. Raises InputError naming what is wrong and what to install.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}: give the path of an image file") from error
    try:
        return _decode(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def write_mask(path: Path, mask: Mask, classes: tuple[ClassSpec, ...]) -> None:
    """Write a class mask as a palette PNG: a pixel's value is its class, shown in that class's colour.

    Raises InputError for another suffix than .png and where the path cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise InputError(f"{path}: a mask is written as PNG: give a name that ends in .png")
    palette = np.array([found.colour for found in classes], np.uint8).reshape(-1, 3)
    try:
        write_whole(path, write_png(mask, palette))
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}: choose another path"
        ) from error


def _decode(data: bytes) -> Image:
    unsupported = InputError(
        "PNG files are read here; for other formats pip install opencv-python-headless (or pillow), "
        "or save the image as PNG"
    )
    if data.startswith(SIGNATURE):
        try:
            return read_png(data)
        except UnsupportedPngError as error:
            unsupported = error
    for decoder in (_opencv, _pillow):
        try:
            image = decoder(data)
        except ImportError:
            continue
        if image is None:
            raise InputError("this is not an image that can be read: it is damaged, or of an unknown format")
        return image
    raise unsupported


def _opencv(data: bytes) -> Image | None:
    import cv2

    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # no byte at all, or more pixels than OpenCV takes
        return None
    return None if found is None else np.ascontiguousarray(found[:, :, ::-1], dtype=np.uint8)


def _pillow(data: bytes) -> Image | None:
    from PIL import Image as Pillow

    try:
        with Pillow.open(BytesIO(data)) as found:
            return np.asarray(found.convert("L" if found.mode in ("1", "L") else "RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError):
        return None
