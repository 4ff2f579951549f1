from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from tests.toolchain.report.judged import PERFECT, TRUTH, WORSE, judged

from edgec.report.tiles import ERRORS, Colour, class_colour, tiles


def test_the_errors_are_hits_misses_false_alarms_and_what_is_ignored() -> None:
    errors = tiles(judged(WORSE, "x"))[3]
    kinds = {colour: word for word, colour in ERRORS.items()}
    found = [[kinds.get(tuple(pixel.tolist()), "-") for pixel in row] for row in errors]
    assert found == [["false alarm", "hit", "hit", "ignored"], ["-", "-", "miss", "ignored"]]


def test_another_class_is_an_error_of_its_own() -> None:
    errors = tiles(judged(PERFECT * 2, "x", classes=3))[3]
    assert (errors == ERRORS["wrong class"]).all(axis=2).sum() == (PERFECT != 0).sum()


def test_masks_show_classes_and_what_is_ignored() -> None:
    _, truth, prediction, _ = tiles(judged(WORSE, "x"))
    assert truth[TRUTH == 255].tolist() == [list(ERRORS["ignored"])] * 2
    assert truth[TRUTH == 1].tolist() == [[255, 255, 255]] * 3
    assert prediction[WORSE == 0].max() == 0


def test_the_image_is_stretched_and_colour_stays() -> None:
    dim = np.array([[10, 20, 30, 30], [10, 20, 30, 30]], np.uint8)
    image = tiles(replace(judged(WORSE, "x"), image=dim))[0]
    assert image[0].tolist() == [[0] * 3, [127] * 3, [255] * 3, [255] * 3]
    coloured = np.dstack([dim, dim, dim + 10])
    image = tiles(replace(judged(WORSE, "x"), image=coloured))[0]
    assert image[0, 0, 0] == 0 < image[0, 0, 2]
    flat = tiles(judged(WORSE, "x"))[0]
    assert flat.max() == 0


def luminance(colour: Colour) -> float:
    """Relative luminance of sRGB (WCAG 2)."""
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_hits_misses_and_false_alarms_differ_without_any_colour() -> None:
    for one, other in combinations(("hit", "miss", "false alarm"), 2):
        low, high = sorted(luminance(ERRORS[word]) + 0.05 for word in (one, other))
        assert high / low > 1.8, (one, other)


@pytest.mark.parametrize("classes", [2, 3, 9, 10, 40])
def test_every_class_has_a_colour_of_its_own(classes: int) -> None:
    colours = [class_colour(index, classes) for index in range(classes)]
    assert len(set(colours)) == classes
    assert colours[0] == (0, 0, 0)
