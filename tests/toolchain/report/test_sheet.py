"""What is drawn is read again: sizes, and where which colours stand."""

from dataclasses import replace

import cv2
import numpy as np
from tests.toolchain.report.judged import FP32, PERFECT, WORSE, judged, result

from edgec.evaluation import Judged
from edgec.report.page import GAP, LINE, MARGIN, Page
from edgec.report.sheet import sheet_png
from edgec.report.tiles import ERRORS

TILE = 256


def read(png: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image[:, :, ::-1]


def tall(name: str, height: int, width: int) -> Judged:
    """One whose truth is all ones and found in its upper half."""
    truth = np.ones((height, width), np.uint8)
    found = truth.copy()
    found[height // 2 :] = 0
    return replace(judged(WORSE, name), image=truth * 100, truth=truth, prediction=found)


def test_a_picture_is_on_the_page_pixel_by_pixel() -> None:
    picture = np.random.default_rng(0).integers(256, size=(20, 30, 3)).astype(np.uint8)
    page = Page(100, 80)
    page.feed(10)
    page.paste(50, picture, down=3)
    top = MARGIN + 10 + 3
    assert np.array_equal(read(page.png())[top : top + 20, 50:80], picture)


def test_words_are_written_where_they_should_be_and_dollars_are_no_formula() -> None:
    page = Page(200, 80)
    page.write(20, "a_$name^{$")
    ink = np.argwhere(read(page.png()).min(axis=2) < 128)
    assert ink.size
    assert ink[:, 0].min() >= MARGIN
    assert ink[:, 0].max() < MARGIN + LINE
    assert ink[:, 1].min() >= 20


def test_rows_stand_below_each_other_with_four_pictures_each() -> None:
    found = replace(FP32, worst=(tall("wide", 30, 60), tall("high", 400, 200)))
    sheet = read(sheet_png(found, "title"))
    heads = 2 * MARGIN + 4 * LINE
    assert sheet.shape == (
        heads + (LINE + 128 + GAP) + (LINE + 256 + GAP),
        4 * TILE + 3 * GAP + 2 * MARGIN,
        3,
    )
    errors = sheet[MARGIN + 4 * LINE + LINE :, MARGIN + 3 * (TILE + GAP) :]
    assert errors[10, 10].tolist() == list(ERRORS["hit"])
    assert errors[118, 10].tolist() == list(ERRORS["miss"])
    assert errors[118, 245].tolist() == list(ERRORS["miss"])
    second = errors[128 + GAP + LINE :]
    assert second[10, 118].tolist() == list(ERRORS["hit"])
    assert second[246, 118].tolist() == list(ERRORS["miss"])
    assert second[10, 140].tolist() == [255, 255, 255]  # a high picture is narrower


def test_classes_have_a_legend_that_breaks_into_lines() -> None:
    few = result(judged(PERFECT, "x", 3), classes=("cell", "other"))
    names = tuple(f"a class with a long name {index}" for index in range(12))
    many = result(judged(PERFECT, "x", 13), classes=names)
    one, several, most = (read(sheet_png(found, "")).shape[0] for found in (FP32, few, many))
    row = LINE + TILE // 2 + GAP
    assert several - one == LINE - row  # FP32 has a row more
    assert most - several == 2 * LINE  # four names a line


def test_an_image_of_one_pixel_can_be_drawn() -> None:
    sheet_png(replace(FP32, worst=(tall("x", 1, 1), tall("y", 1, 3000))), "")
