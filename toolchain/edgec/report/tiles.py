"""An image, its masks and where they differ, as pictures that colour-blind people can read.

Colours are those of Okabe and Ito, Color universal design, 2008, https://jfly.uni-koeln.de/color/; hits,
misses and false alarms differ in brightness too.
"""

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from edgec.data import IGNORE
from edgec.evaluation import Judged
from edgec.spec import voc_colour

Rgb = NDArray[np.uint8]
Colour = tuple[int, int, int]

IGNORED: Colour = (128, 128, 128)
ERRORS: dict[str, Colour] = {
    "hit": (235, 235, 235),
    "miss": (230, 159, 0),
    "false alarm": (0, 114, 178),
    "wrong class": (204, 121, 167),
    "ignored": IGNORED,
}
"""What the fourth picture shows in which colour."""
_WHITE: Colour = (255, 255, 255)
_SEVERAL: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
    _WHITE,
)
_DIM = 4  # the image behind the errors is so many times darker


def class_colour(index: int, classes: int) -> Colour:
    """The RGB of a class, black for 0, where there are so many with the background; past 9 PASCAL VOC's."""
    if index == 0:
        return (0, 0, 0)
    if classes == 2:
        return _WHITE
    return _SEVERAL[index - 1] if classes <= len(_SEVERAL) + 1 else voc_colour(index)


def tiles(judged: Judged) -> tuple[Rgb, Rgb, Rgb, Rgb]:
    """HxWx3 each: the image, the truth, the prediction, and the errors on the darkened image.

    The image's darkest pixel is shown black and its brightest white, as microscopes use few of the levels.
    """
    image = _stretched(judged.image)
    palette = _palette(len(judged.scores.classes) + 1)
    return image, palette[judged.truth], palette[judged.prediction], _errors(judged, image)


def _stretched(image: Rgb) -> Rgb:
    coloured = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
    low, high = int(image.min()), int(image.max())
    levels = (np.arange(256.0) - low).clip(0, high - low) * 255 / max(high - low, 1)
    return levels.astype(np.uint8)[coloured]


def _palette(classes: int) -> Rgb:
    known = chain.from_iterable(class_colour(index, classes) for index in range(classes))
    palette = np.zeros((256, 3), np.uint8)
    palette[:classes] = np.fromiter(known, np.uint8).reshape(-1, 3)
    palette[IGNORE] = IGNORED
    return palette


def _errors(judged: Judged, image: Rgb) -> Rgb:
    truth, prediction = judged.truth, judged.prediction
    known = truth != IGNORE
    shown, found = (truth != 0) & known, (prediction != 0) & known
    picture = image // _DIM
    picture[shown & (prediction == truth)] = ERRORS["hit"]
    picture[shown & ~found] = ERRORS["miss"]
    picture[found & ~shown] = ERRORS["false alarm"]
    picture[shown & found & (prediction != truth)] = ERRORS["wrong class"]
    picture[~known] = ERRORS["ignored"]
    return picture
