"""From a function of image to mask to scores: any network, any mask."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgec.data import IGNORE, Dataset, Entry, open_dataset
from edgec.errors import DataError
from edgec.evaluation import Mask, judge, score_masks
from edgec.evaluation.judge import open_truth
from edgec.learn.metrics import Measures


def dataset(*masks: np.ndarray | None, classes: int = 2) -> Dataset:
    """Black images of these masks, called 0, 1 and so on."""
    names = tuple(f"class-{index}" for index in range(classes))
    return Dataset("made", tuple(_entry(str(place), mask) for place, mask in enumerate(masks)), names)


def _entry(name: str, mask: np.ndarray | None) -> Entry:
    size = (2, 2) if mask is None else mask.shape
    read_mask = None if mask is None else lambda: np.asarray(mask, np.uint8)
    return Entry(name, (Path(name),), lambda: np.zeros(size, np.uint8), read_mask, name)


def nothing(image: np.ndarray) -> Mask:
    return np.zeros(image.shape[:2], np.uint8)


def test_the_truth_scores_one_and_nothing_scores_less() -> None:
    nuclei = open_dataset("nuclei")[:2]
    truth = iter([sample.mask for sample in nuclei])
    perfect = score_masks(lambda _: next(truth), nuclei)  # type: ignore[arg-type,return-value]
    assert perfect.dice == perfect.iou == perfect.pixel_accuracy == 1
    empty = score_masks(nothing, nuclei)
    assert empty.dice == 0
    assert 0 < empty.pixel_accuracy < 1


def test_each_image_is_judged_with_what_was_found_in_it() -> None:
    full = np.ones((2, 3), np.uint8)
    first, second = judge(nothing, dataset(full, full * 0), Measures(boundary=True))
    assert (first.name, first.scores.mean.dice) == ("0", 0)
    assert (second.name, second.scores.as_dict()["boundary_f1"]) == ("1", 1)
    assert first.truth.all()
    assert not first.prediction.any()


def test_ignored_pixels_and_empty_masks_are_scored() -> None:
    half = np.array([[0, 0, IGNORE, IGNORE]], np.uint8)
    found = score_masks(lambda _: np.array([[0, 1, 1, 1]], np.uint8), dataset(half))
    assert (found.dice, found.pixel_accuracy) == (0, 0.5)
    assert score_masks(lambda _: np.array([[0, 0, 1, 1]], np.uint8), dataset(half)).dice == 1


@pytest.mark.parametrize(
    ("mask", "told"), [(None, "made: 0 has no mask"), (np.full((2, 2), IGNORE), "made: 0: .*no pixel")]
)
def test_what_cannot_be_judged_is_named(mask: np.ndarray | None, told: str) -> None:
    with pytest.raises(DataError, match=told):
        score_masks(nothing, dataset(mask))


def test_no_image_is_no_score() -> None:
    with pytest.raises(DataError, match="no image"):
        score_masks(nothing, replace(dataset(), entries=()))


def test_classes_are_the_data_sets_own_where_it_does_not_know_their_names() -> None:
    assert open_truth("nuclei", ("background", "nucleus")).class_names == ("background", "nucleus")
    assert open_truth("nuclei", 2).class_names == open_dataset("nuclei").class_names
