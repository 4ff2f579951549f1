"""Image files and folders of them, written in the formats that people have them in."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

IMAGE = np.arange(48, dtype=np.uint8).reshape(6, 8)
MASK = (IMAGE > 20).astype(np.uint8)


def write(path: Path, array: np.ndarray, *options: int) -> Path:
    """Encoded by the ending of its name; its folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, array, options)[1].tobytes())
    return path


def pairs(folder: Path, names: Iterable[str]) -> Path:
    """`images/NAME.png` with `masks/NAME.png`; no two images are the same."""
    for number, name in enumerate(names):
        write(folder / "images" / f"{name}.png", IMAGE + np.uint8(number))
        write(folder / "masks" / f"{name}.png", MASK * 255)
    return folder
