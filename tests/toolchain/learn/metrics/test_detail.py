import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgec.data import IGNORE
from edgec.errors import DataError
from edgec.learn.metrics import (
    DetailedScores,
    Measures,
    Scores,
    mean_in_detail,
    score,
    score_in_detail,
)


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


def test_each_class_has_its_own_scores() -> None:
    truth = np.array([[0, 1, 1, 2]])
    prediction = np.array([[0, 1, 2, 2]])
    one, two, three = score_in_detail(prediction, truth, classes=4).classes
    assert (one.precision, one.recall, one.images) == (1, 1 / 2, 1)
    assert (two.precision, two.recall, two.images) == (1 / 2, 1, 1)
    assert (three.dice, three.iou, three.precision, three.recall, three.images) == (1, 1, 1, 1, 0)


def test_only_what_is_asked_for_is_computed() -> None:
    mask = np.eye(4, dtype=np.uint8)
    assert score_in_detail(mask, mask).as_dict().keys() == score(mask, mask).as_dict().keys()
    every = score_in_detail(mask, mask, measures=Measures(boundary=True, centre_line=True))
    assert every.as_dict().keys() - score(mask, mask).as_dict().keys() == {"boundary_f1", "cldice"}


SIDES = st.tuples(st.integers(1, 9), st.integers(1, 9))
THREE = SIDES.flatmap(
    lambda side: st.tuples(
        arrays(np.uint8, side, elements=st.integers(0, 2)),
        arrays(np.uint8, side, elements=st.integers(0, 2)),
        arrays(np.uint8, side, elements=st.sampled_from([0, 1, 2, IGNORE])),
    )
).filter(lambda masks: bool((masks[2] != IGNORE).any()))
EVERY = Measures(boundary=True, tolerance=1, centre_line=True)


@given(THREE)
def test_what_is_predicted_where_the_truth_is_unknown_makes_no_difference(
    masks: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    prediction, other, truth = masks
    changed = np.where(truth == IGNORE, other, prediction)
    assert score_in_detail(changed, truth, 3, EVERY) == score_in_detail(prediction, truth, 3, EVERY)


@given(THREE)
def test_every_metric_is_in_its_bounds_and_the_truth_itself_is_perfect(
    masks: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    prediction, _, truth = masks
    found = score_in_detail(prediction, truth, 3, EVERY)
    assert all(0 <= value <= 1 for one in found.classes for value in one.as_dict().values())
    perfect = np.where(truth == IGNORE, prediction, truth)
    assert set(score_in_detail(perfect, truth, 3, EVERY).as_dict().values()) == {1}


def test_ignored_pixels_are_not_in_the_pixel_accuracy() -> None:
    truth = np.array([[0, 1, 255, 255]], np.uint8)
    prediction = np.array([[0, 0, 1, 0]], np.uint8)
    assert score(prediction, truth).pixel_accuracy == 1 / 2
    assert score(prediction, truth).recall == 0


def test_a_class_that_is_only_predicted_where_nobody_knows_is_absent() -> None:
    truth = np.array([[0, 0, 255, 255]], np.uint8)
    prediction = np.array([[0, 0, 1, 1]], np.uint8)
    assert score(prediction, truth) == Scores(1, 1, 1, 1, 1)


def test_an_image_of_which_nothing_is_known_is_refused() -> None:
    with pytest.raises(DataError, match="no pixel can be scored"):
        score(np.zeros((2, 2), np.uint8), np.full((2, 2), IGNORE, np.uint8))


def test_an_unknown_class_is_no_prediction() -> None:
    truth = np.array([[0, 255]], np.uint8)
    with pytest.raises(DataError, match=r"prediction.*255"):
        score(truth, truth)


def test_the_mean_of_one_image_is_that_image() -> None:
    mask = np.array([[0, 1, 2]])
    found = score_in_detail(mask, mask[:, ::-1], 3, EVERY)
    assert isinstance(found, DetailedScores)
    assert mean_in_detail([found]) == found
