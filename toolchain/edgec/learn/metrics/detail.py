"""Scores of one image: two masks -> `Scores`, or the scores of each class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgec.learn.metrics.boundary import boundary_f1
from edgec.learn.metrics.centreline import centre_line_dice
from edgec.learn.metrics.confusion import Mask, confusion, counted
from edgec.learn.metrics.scores import ClassScores, DetailedScores, Scores


@dataclass(frozen=True)
class Measures:
    """What is computed besides the overlap, which costs next to nothing.

    `tolerance`: of the boundary, in pixels; None is what `boundary_f1` takes by itself.
    """

    boundary: bool = False
    tolerance: float | None = None
    centre_line: bool = False


OVERLAP = Measures()
"""The overlap alone."""


def score(prediction: Mask, truth: Mask, classes: int = 2) -> Scores:
    """The scores of one image: two masks of HxW class indices (bool or integers), `classes` with background.

    The truth may hold IGNORE, too. Raises DataError when the sizes differ, a value is no class, or no pixel
    counts.
    """
    return score_in_detail(prediction, truth, classes).mean


def score_in_detail(
    prediction: Mask, truth: Mask, classes: int = 2, measures: Measures = OVERLAP
) -> DetailedScores:
    """As `score`, for each foreground class, with what `measures` asks for. Raises as it does."""
    matrix = confusion(prediction, truth, classes)
    known = counted(truth)
    return DetailedScores(
        pixel_accuracy=float(np.trace(matrix) / matrix.sum()),
        classes=tuple(
            _class_scores(matrix, index, prediction == index, truth == index, known, measures)
            for index in range(1, classes)
        ),
    )


def _class_scores(
    matrix: NDArray[np.int64],
    index: int,
    prediction: NDArray[np.bool_],
    truth: NDArray[np.bool_],
    known: NDArray[np.bool_],
    measures: Measures,
) -> ClassScores:
    hits, predicted, actual = (
        int(count) for count in (matrix[index, index], matrix[:, index].sum(), matrix[index].sum())
    )
    absent = predicted + actual == 0

    def ratio(part: int, whole: int) -> float:
        return 1.0 if absent else part / max(whole, 1)

    return ClassScores(
        images=int(actual > 0),
        dice=ratio(2 * hits, predicted + actual),
        iou=ratio(hits, predicted + actual - hits),
        precision=ratio(hits, predicted),
        recall=ratio(hits, actual),
        boundary_f1=boundary_f1(prediction, truth, known, measures.tolerance) if measures.boundary else None,
        cldice=centre_line_dice(prediction, truth, known) if measures.centre_line else None,
    )
