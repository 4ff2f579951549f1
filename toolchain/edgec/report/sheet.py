"""The picture sheet: a row for each image, worst first: input, truth, prediction, errors."""

from collections.abc import Iterator

import cv2
import numpy as np

from edgec.evaluation import EvalResult, Judged
from edgec.report.page import GAP, LINE, MARGIN, Page
from edgec.report.tiles import ERRORS, Colour, Rgb, class_colour, tiles

_HEADS = ("input, stretched", "truth", "prediction", "errors")
_TILE = 256  # pixels
_SWATCH, _LETTER = 14, 7.5
_WIDTH = 2 * MARGIN + len(_HEADS) * (_TILE + GAP) - GAP
_FRAME = (160, 160, 160)

Legend = list[tuple[str, Colour | None]]
"""Words behind their colours; None where they are only words."""


def sheet_png(result: EvalResult, title: str) -> bytes:
    """A PNG of the images that `result` kept; `title` says what was evaluated on what."""
    rows = [(image, [_fitted(tile) for tile in tiles(image)]) for image in result.worst]
    legends = [line for legend in _legends(result.classes) for line in _broken(legend)]
    height = 2 * MARGIN + (3 + len(legends)) * LINE + sum(LINE + parts[0].shape[0] + GAP for _, parts in rows)
    page = Page(_WIDTH, height)
    page.write(MARGIN, title, bold=True)
    page.feed(LINE)
    page.write(MARGIN, _summary(result))
    page.feed(LINE)
    for line in legends:
        _draw_legend(page, line)
    for column, words in enumerate(_HEADS):
        page.write(_left(column), words, bold=True)
    page.feed(LINE)
    for place, (image, parts) in enumerate(rows, 1):
        page.write(MARGIN, f"{place}.  Dice {_words(image, result.classes)}")
        page.feed(LINE)
        for column, part in enumerate(parts):
            page.paste(_left(column), part)
        page.feed(parts[0].shape[0] + GAP)
    return page.png()


def _summary(result: EvalResult) -> str:
    shown, whole = len(result.worst), len(result.images)
    dice = "-" if result.metrics is None else f"{result.metrics['dice']:.4f}"
    which = f"the worst {shown} of them, worst first" if shown < whole else "worst first"
    return f"mean Dice {dice} over {whole} images; {which}"


def _words(image: Judged, classes: tuple[str, ...]) -> str:
    """Dice and name; of several classes also the one that is found worst."""
    words = f"{image.scores.mean.dice:.4f}   {image.name}"
    if len(classes) == 1:
        return words
    dice, name = min((one.dice, name) for one, name in zip(image.scores.classes, classes, strict=True))
    return f"{words}   (lowest: {name} {dice:.4f})"


def _left(column: int) -> int:
    return MARGIN + column * (_TILE + GAP)


def _fitted(tile: Rgb) -> Rgb:
    """As large as fits a square of _TILE pixels."""
    height, width = tile.shape[:2]
    factor = _TILE / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(tile, size, interpolation=kind), np.uint8)


def _legends(classes: tuple[str, ...]) -> Iterator[Legend]:
    """What the colours of the errors and, of several classes, of the masks mean."""
    several = len(classes) > 1
    yield [("errors:", None), *((word, ERRORS[word]) for word in ERRORS if several or word != "wrong class")]
    if several:
        colours = (class_colour(index, len(classes) + 1) for index in range(1, len(classes) + 1))
        yield [("classes:", None), *zip(classes, colours, strict=True)]


def _broken(legend: Legend) -> Iterator[Legend]:
    """Into lines that fit the page."""
    line: Legend = []
    for entry in legend:
        if line and MARGIN + sum(map(_width, [*line, entry])) > _WIDTH:
            yield line
            line = []
        line.append(entry)
    yield line


def _width(entry: tuple[str, Colour | None]) -> float:
    return _LETTER * len(entry[0]) + (12 if entry[1] is None else 24 + _SWATCH)


def _draw_legend(page: Page, line: Legend) -> None:
    left = float(MARGIN)
    for entry in line:
        words, colour = entry
        if colour is not None:
            page.paste(round(left), _swatch(colour), down=(LINE - _SWATCH) // 2)
        page.write(left + (0 if colour is None else _SWATCH + 6), words)
        left += _width(entry)
    page.feed(LINE)


def _swatch(colour: Colour) -> Rgb:
    swatch = np.full((_SWATCH, _SWATCH, 3), _FRAME, np.uint8)
    swatch[1:-1, 1:-1] = colour
    return swatch
