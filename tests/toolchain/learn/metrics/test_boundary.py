"""Boundary F1 against scikit-image's edges and scipy's distances, and by hand."""

from math import hypot

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import distance_transform_edt
from skimage.segmentation import find_boundaries

from edgec.learn.metrics.boundary import SHARE_OF_DIAGONAL, boundary_f1, edge

PAIRS = st.tuples(st.integers(1, 16), st.integers(1, 16)).flatmap(
    lambda side: st.tuples(arrays(bool, side), arrays(bool, side))
)
TOLERANCES = st.sampled_from([0.0, 1.0, 1.5, 2.0, 3.0])


def everywhere(mask: np.ndarray) -> np.ndarray:
    return np.ones_like(mask)


def square(shift: int = 0) -> np.ndarray:
    """12 pixels a side in 64x64, moved to the right."""
    mask = np.zeros((64, 64), bool)
    mask[20:32, 20 + shift : 32 + shift] = True
    return mask


@given(PAIRS)
def test_edges_are_those_of_scikit_image(pair: tuple[np.ndarray, np.ndarray]) -> None:
    expected = find_boundaries(pair[0], connectivity=1, mode="inner")
    assert np.array_equal(edge(pair[0]), expected)


@given(PAIRS, TOLERANCES)
def test_f1_from_scikit_image_and_scipy(pair: tuple[np.ndarray, np.ndarray], tolerance: float) -> None:
    found = boundary_f1(*pair, everywhere(pair[0]), tolerance)
    predicted, actual = (find_boundaries(mask, connectivity=1, mode="inner") for mask in pair)
    if not predicted.any() or not actual.any():
        assert found == (predicted.any() == actual.any())
        return
    precision = (distance_transform_edt(~actual)[predicted] <= tolerance).mean()
    recall = (distance_transform_edt(~predicted)[actual] <= tolerance).mean()
    expected = 2 * precision * recall / (precision + recall) if precision + recall else 0
    assert found == pytest.approx(expected)


def test_a_shift_within_the_tolerance_is_forgiven() -> None:
    assert boundary_f1(square(2), square(), everywhere(square()), tolerance=2) == 1
    assert boundary_f1(square(3), square(), everywhere(square()), tolerance=2) < 1
    assert boundary_f1(square(32), square(), everywhere(square()), tolerance=2) == 0


def test_the_tolerance_is_a_share_of_the_diagonal() -> None:
    tolerance = SHARE_OF_DIAGONAL * hypot(256, 256)
    assert 2 < tolerance < 3
    large, shifted = (np.pad(square(shift), 96) for shift in (0, 3))
    assert boundary_f1(shifted, large, everywhere(large)) == boundary_f1(
        shifted, large, everywhere(large), tolerance
    )


def test_a_hole_has_an_edge_and_f1_is_below_dice_there() -> None:
    holed = square()
    holed[25:27, 25:27] = False
    assert 0 < boundary_f1(holed, square(), everywhere(holed), tolerance=0) < 1


def test_empty_masks() -> None:
    empty = np.zeros((64, 64), bool)
    assert boundary_f1(empty, empty, everywhere(empty)) == 1
    assert boundary_f1(square(), empty, everywhere(empty)) == 0
    assert boundary_f1(empty, square(), everywhere(empty)) == 0


def test_an_edge_is_right_wherever_nobody_knows_it() -> None:
    """A trimap: the border of the object, three pixels wide, is of neither side."""
    known = everywhere(square())
    known[19:33, 19:33] = False
    known[22:30, 22:30] = True
    truth = square() & known
    assert boundary_f1(square(), truth, known, tolerance=0) == 1
    assert boundary_f1(square(1), truth, known, tolerance=0) == 1
    assert boundary_f1(square(4), truth, known, tolerance=0) < 1


def test_an_object_that_goes_on_where_nobody_looked() -> None:
    known = everywhere(square())
    known[:, :26] = False
    assert boundary_f1(square(), square() & known, known, tolerance=0) == 1
    assert boundary_f1(square() & known, square() & known, known, tolerance=0) == 1
