from pathlib import Path

import numpy as np
import pytest

from edgec.data import Dataset, Entry
from edgec.evaluation import EvalResult, judge
from edgec.evaluation.result import averaged

ROW = EvalResult("cpu", "onnxruntime", "fp32", None, classes=("cell", "nucleus"))
TRUTH = np.array([[0, 1, 1, 1, 2, 2]], np.uint8)


def result(predictions: list[list[int]], worst: int) -> EvalResult:
    """Of images that all show TRUTH, called 0, 1 and so on."""
    entries = tuple(
        Entry(str(place), (Path(),), lambda: TRUTH * 0, lambda: TRUTH, "")
        for place, _ in enumerate(predictions)
    )
    found = iter([np.array([row], np.uint8) for row in predictions])
    judged = judge(lambda _: next(found), Dataset("made", entries, ("background", "cell", "nucleus")))
    return averaged(ROW, judged, worst)


PREDICTIONS = [[0, 1, 1, 1, 2, 2], [0, 0, 0, 0, 0, 0], [0, 1, 1, 1, 0, 0], [0, 1, 1, 1, 2, 0]]


def test_means_are_of_all_images_and_the_order_is_kept() -> None:
    found = result(PREDICTIONS, worst=0)
    assert [image.name for image in found.images] == ["0", "1", "2", "3"]
    assert found.scores is not None
    assert found.metrics == found.scores.as_dict()
    cell, nucleus = found.scores.classes
    assert (cell.dice, nucleus.dice) == pytest.approx((3 / 4, (1 + 0 + 0 + 2 / 3) / 4))
    assert cell.images == nucleus.images == 4
    assert found.metrics["dice"] == pytest.approx((cell.dice + nucleus.dice) / 2)
    assert found.worst == ()


@pytest.mark.parametrize(("asked", "kept"), [(1, ["1"]), (3, ["1", "2", "3"]), (9, ["1", "2", "3", "0"])])
def test_the_worst_are_kept_the_worst_first(asked: int, kept: list[str]) -> None:
    assert [image.name for image in result(PREDICTIONS, asked).worst] == kept
