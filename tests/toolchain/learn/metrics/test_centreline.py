import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.morphology import skeletonize

from edgec.learn.metrics.centreline import centre_line_dice, skeleton

SIDES = st.tuples(st.integers(1, 16), st.integers(1, 16))
PAIRS = SIDES.flatmap(lambda side: st.tuples(arrays(bool, side), arrays(bool, side)))


def everywhere(mask: np.ndarray) -> np.ndarray:
    return np.ones_like(mask)


def vessel(width: int = 3, gap: int = 0) -> np.ndarray:
    """40 pixels long in 32x48, with a gap in its middle."""
    mask = np.zeros((32, 48), bool)
    mask[15 : 15 + width, 4:44] = True
    mask[:, 24 : 24 + gap] = False
    return mask


@given(PAIRS)
def test_the_formula_on_scikit_images_skeletons(pair: tuple[np.ndarray, np.ndarray]) -> None:
    prediction, truth = pair
    found = centre_line_dice(prediction, truth, everywhere(truth))
    if not prediction.any() or not truth.any():
        assert found == (prediction.any() == truth.any())
        return
    lines, true_lines = skeletonize(prediction), skeletonize(truth)
    precision = (lines & truth).sum() / lines.sum()
    sensitivity = (true_lines & prediction).sum() / true_lines.sum()
    whole = precision + sensitivity
    assert found == pytest.approx(2 * precision * sensitivity / whole if whole else 0)


@given(SIDES.flatmap(lambda side: arrays(bool, side)))
def test_a_skeleton_lies_within_its_mask_and_is_never_nothing(mask: np.ndarray) -> None:
    lines = skeleton(mask)
    assert not (lines & ~mask).any()
    assert lines.any() == mask.any()


def test_a_thicker_vessel_has_the_same_centre_and_a_broken_one_has_not() -> None:
    truth = vessel(width=3)
    thick = np.roll(vessel(width=5), -1, axis=0)
    assert centre_line_dice(thick, truth, everywhere(truth)) > 0.95
    broken = vessel(width=3, gap=10)
    assert centre_line_dice(broken, truth, everywhere(truth)) == pytest.approx(2 * 0.75 / 1.75, abs=0.03)


def test_empty_masks() -> None:
    empty = np.zeros((32, 48), bool)
    assert centre_line_dice(empty, empty, everywhere(empty)) == 1
    assert centre_line_dice(vessel(), empty, everywhere(empty)) == 0
    assert centre_line_dice(empty, vessel(), everywhere(empty)) == 0


def test_what_is_not_counted_is_background() -> None:
    known = everywhere(vessel())
    known[:, 24:] = False
    assert centre_line_dice(vessel(gap=20), vessel(), known) == 1
