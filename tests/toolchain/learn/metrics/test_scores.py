import numpy as np
import pytest

from edgec.errors import DataError
from edgec.learn.metrics import Measures, mean_in_detail, mean_scores, score, score_in_detail

FULL, EMPTY = np.ones((9, 9), np.uint8), np.zeros((9, 9), np.uint8)


def test_the_mean_is_over_images_and_not_over_pixels() -> None:
    small = np.ones((1, 1), np.uint8)
    assert mean_scores([score(small, small), score(EMPTY, FULL)]).dice == 0.5


def test_the_mean_of_a_class_is_over_images_and_its_truths_are_counted() -> None:
    rows = [score_in_detail(*masks, classes=3) for masks in ((FULL, FULL), (EMPTY, FULL), (EMPTY, EMPTY))]
    first, second = mean_in_detail(rows).classes
    assert first.dice == pytest.approx(2 / 3)
    assert (first.images, second.images) == (2, 0)
    expected = mean_scores(row.mean for row in rows)
    assert mean_in_detail(rows).mean.as_dict() == pytest.approx(expected.as_dict())


def test_what_is_computed_of_every_image_has_a_mean() -> None:
    measures = Measures(boundary=True, tolerance=1)
    rows = [
        score_in_detail(FULL, FULL, measures=measures),
        score_in_detail(EMPTY, np.eye(9, dtype=int), measures=measures),
    ]
    assert mean_in_detail(rows).as_dict()["boundary_f1"] == 0.5
    assert mean_in_detail(rows).classes[0].cldice is None


@pytest.mark.parametrize("mean", [mean_scores, mean_in_detail])
def test_no_image_has_no_mean(mean) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match="no image"):
        mean([])
