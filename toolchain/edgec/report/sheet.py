"""The picture sheet: a row for each image, worst first: input, truth, prediction, errors."""

from io import BytesIO

import cv2
import numpy as np
from matplotlib.figure import Figure

from edgec.evaluation import EvalResult, Judged
from edgec.report.tiles import ERRORS, IGNORED, Colour, Rgb, class_colour, tiles

ROWS = 40
"""So many images are on a sheet at most."""
_HEADS = ("input", "truth", "prediction", "errors")
_TILE, _GAP, _LINE, _MARGIN = 224, 8, 22, 16  # pixels
_SWATCH, _LETTER = 14, 7.2
_DPI = 100
_INK = "#222222"


class _Page:
    """White paper, filled from the top."""

    def __init__(self, height: int) -> None:
        self.width = 2 * _MARGIN + len(_HEADS) * (_TILE + _GAP) - _GAP
        self.pixels = np.full((height, self.width, 3), 255, np.uint8)
        self._words: list[tuple[float, float, str, bool]] = []
        self.top = _MARGIN

    def write(self, left: float, words: str, bold: bool = False) -> None:
        """Words into the line at the top of what is free."""
        self._words.append((left, self.top + _LINE / 2, words, bold))

    def paste(self, left: int, tile: Rgb) -> None:
        """A picture whose upper edge is the top of what is free."""
        height, width = tile.shape[:2]
        self.pixels[self.top : self.top + height, left : left + width] = tile

    def png(self) -> bytes:
        """The page as a file."""
        height, width = self.pixels.shape[:2]
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
        figure.figimage(self.pixels)
        for left, middle, words, bold in self._words:
            figure.text(
                left / width,
                1 - middle / height,
                words,
                va="center",
                size=9,
                color=_INK,
                weight="bold" if bold else "normal",
                parse_math=False,
            )
        buffer = BytesIO()
        figure.savefig(buffer, format="png")
        return buffer.getvalue()


def sheet_png(result: EvalResult, title: str) -> bytes:
    """A PNG of the images that `result` kept; `title` says what was evaluated on what."""
    rows = [(image, [_fitted(tile) for tile in tiles(image)]) for image in result.worst]
    legends = [_errors_legend(result)]
    if len(result.classes) > 1:
        legends.append(_class_legend(result.classes))
    height = sum(_LINE + parts[0].shape[0] + _GAP for _, parts in rows)
    page = _Page(2 * _MARGIN + (3 + len(legends)) * _LINE + height)
    _head(page, result, title, legends)
    for place, (image, parts) in enumerate(rows, 1):
        page.write(_MARGIN, f"{place}.  Dice {image.scores.mean.dice:.4f}   {_short(image)}")
        page.top += _LINE
        for column, part in enumerate(parts):
            page.paste(_left(column), part)
        page.top += parts[0].shape[0] + _GAP
    return page.png()


def _head(page: _Page, result: EvalResult, title: str, legends: list[dict[str, Colour]]) -> None:
    shown, whole = len(result.worst), len(result.images)
    page.write(_MARGIN, title, bold=True)
    page.top += _LINE
    page.write(
        _MARGIN,
        f"mean Dice {result.metrics['dice'] if result.metrics else 0:.4f} over {whole} images; "
        + (f"the worst {shown} of them, worst first" if shown < whole else "worst first"),
    )
    page.top += _LINE
    for legend in legends:
        left = float(_MARGIN)
        for words, colour in legend.items():
            page.pixels[page.top + 4 : page.top + 4 + _SWATCH, int(left) : int(left) + _SWATCH] = colour
            page.write(left + _SWATCH + 5, words)
            left += _SWATCH + 22 + _LETTER * len(words)
        page.top += _LINE
    for column, words in enumerate(_HEADS):
        page.write(_left(column), words, bold=True)
    page.top += _LINE


def _left(column: int) -> int:
    return _MARGIN + column * (_TILE + _GAP)


def _fitted(tile: Rgb) -> Rgb:
    """As large as fits a square of _TILE pixels."""
    height, width = tile.shape[:2]
    factor = _TILE / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(tile, size, interpolation=kind), np.uint8)


def _errors_legend(result: EvalResult) -> dict[str, Colour]:
    return {words: colour for words, colour in ERRORS.items() if len(result.classes) > 1 or words != "wrong class"}


def _class_legend(names: tuple[str, ...]) -> dict[str, Colour]:
    return {name: class_colour(index, len(names) + 1) for index, name in enumerate(names, 1)}


def _short(image: Judged) -> str:
    return image.name
