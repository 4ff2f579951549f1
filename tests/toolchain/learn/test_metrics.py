import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgec.errors import DataError
from edgec.learn.metrics import Scores, mean_scores, score


def test_one_class_by_hand() -> None:
    truth = np.array([[1, 1, 1, 0], [0, 0, 0, 0]])
    prediction = np.array([[1, 1, 0, 1], [1, 0, 0, 0]], dtype=bool)
    found = score(prediction, truth)  # TP 2, FP 2, FN 1, TN 3
    assert found == Scores(dice=4 / 7, iou=2 / 5, pixel_accuracy=5 / 8, precision=2 / 4, recall=2 / 3)


def test_classes_are_averaged_without_the_background() -> None:
    truth = np.array([[0, 1, 1, 2]])
    prediction = np.array([[0, 1, 2, 2]])
    found = score(prediction, truth, classes=3)
    assert found.dice == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert found.iou == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert found.pixel_accuracy == 3 / 4
    assert found.precision == pytest.approx((1 + 1 / 2) / 2)
    assert found.recall == pytest.approx((1 / 2 + 1) / 2)


def test_a_class_absent_from_both_counts_one() -> None:
    nothing = np.zeros((2, 2), np.uint8)
    assert score(nothing, nothing) == Scores(1, 1, 1, 1, 1)


@pytest.mark.parametrize("swap", [False, True])
def test_a_class_in_one_of_the_two_counts_zero(swap: bool) -> None:
    masks = [np.zeros((2, 2), np.uint8), np.array([[0, 0], [0, 1]], np.uint8)]
    assert score(*(masks[::-1] if swap else masks)) == Scores(0, 0, 0.75, 0, 0)


def test_the_mean_is_over_images_and_not_over_pixels() -> None:
    small, large = np.ones((1, 1), np.uint8), np.ones((9, 9), np.uint8)
    assert mean_scores([score(small, small), score(large * 0, large)]).dice == 0.5


MASKS = st.integers(1, 5).flatmap(
    lambda side: st.tuples(*[arrays(np.uint8, (side, side), elements=st.integers(0, 2))] * 2)
)


@given(MASKS)
def test_properties_of_any_two_masks(masks: tuple[np.ndarray, np.ndarray]) -> None:
    found, swapped = score(*masks, classes=3), score(*masks[::-1], classes=3)
    assert all(0 <= value <= 1 for value in found.as_dict().values())
    assert found.iou <= found.dice <= 2 * found.iou + 1e-12
    assert (found.dice, found.precision) == pytest.approx((swapped.dice, swapped.recall))
    assert (found.dice == 1) == (found.pixel_accuracy == 1)


@given(arrays(bool, (4, 5)), arrays(bool, (4, 5)))
def test_dice_and_iou_are_tied_for_one_class(prediction: np.ndarray, truth: np.ndarray) -> None:
    found = score(prediction, truth)
    assert found.dice == pytest.approx(2 * found.iou / (1 + found.iou))


@pytest.mark.parametrize(
    ("prediction", "truth", "told"),
    [
        (np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8), "one size"),
        (np.zeros((0, 2), np.uint8), np.zeros((0, 2), np.uint8), "not to nothing"),
        (np.full((2, 2), 255, np.uint8), np.zeros((2, 2), np.uint8), "prediction.*255"),
        (np.zeros((2, 2), np.uint8), np.full((2, 2), -1, np.int8), "truth.*-1"),
        (np.zeros((2, 2), np.float32), np.zeros((2, 2), np.uint8), "prediction.*float32"),
    ],
)
def test_masks_that_cannot_be_compared_are_refused(
    prediction: np.ndarray, truth: np.ndarray, told: str
) -> None:
    with pytest.raises(DataError, match=told):
        score(prediction, truth)


def test_no_image_has_no_mean() -> None:
    with pytest.raises(DataError, match="no image"):
        mean_scores([])
