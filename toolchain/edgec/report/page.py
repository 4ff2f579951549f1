"""A page of pictures and words, each picture pixel by pixel as it is."""

from io import BytesIO

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

MARGIN, LINE, GAP = 16, 22, 8
"""Pixels: round the page, of a line of words, between pictures."""
_DPI, _SIZE, _INK = 100, 9, "#222222"


class Page:
    """White paper, filled from the top."""

    def __init__(self, width: int, height: int) -> None:
        self._pixels = np.full((height, width, 3), 255, np.uint8)
        self._words: list[tuple[float, float, str, bool]] = []
        self._top = MARGIN

    def write(self, left: float, words: str, *, bold: bool = False) -> None:
        """Words into the line at the top of what is free."""
        self._words.append((left, self._top + LINE / 2, words, bold))

    def paste(self, left: int, picture: NDArray[np.uint8], *, down: int = 0) -> None:
        """A picture, HxWx3 RGB, whose upper edge is `down` pixels below the top of what is free."""
        height, width = picture.shape[:2]
        self._pixels[self._top + down : self._top + down + height, left : left + width] = picture

    def feed(self, pixels: int) -> None:
        """So many more are not free."""
        self._top += pixels

    def png(self) -> bytes:
        """The page as a file."""
        height, width = self._pixels.shape[:2]
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
        figure.figimage(self._pixels)
        for left, middle, words, bold in self._words:
            figure.text(
                left / width,
                1 - middle / height,
                words,
                va="center",
                size=_SIZE,
                color=_INK,
                weight="bold" if bold else "normal",
                parse_math=False,  # a name may hold a dollar
            )
        buffer = BytesIO()
        figure.savefig(buffer, format="png")
        return buffer.getvalue()
