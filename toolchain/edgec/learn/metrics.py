"""How well a class mask fits the truth, from the confusion matrix; numpy alone.

With TP, FP and FN of one class, counted in pixels: Dice = 2 TP / (2 TP + FP + FN) (Dice 1945, Sorensen 1948),
IoU = TP / (TP + FP + FN) (Jaccard 1912), precision = TP / (TP + FP), recall = TP / (TP + FN); pixel accuracy
is the share of pixels, background included, whose class is right. The definitions are those of Maier-Hein et
al., Metrics reloaded, 2024, https://doi.org/10.1038/s41592-023-02151-z.

The first four are taken per class over the foreground classes (all but 0) of one image and averaged; all five
are then averaged over the images. A class that is absent from both masks counts 1 in each; where only one of
the two masks has it, it counts 0 in each.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from edgec.errors import DataError


@dataclass(frozen=True)
class Scores:
    """The five metrics, each in 0..1."""

    dice: float
    iou: float
    pixel_accuracy: float
    precision: float
    recall: float

    def as_dict(self) -> dict[str, float]:
        """By name, in the order of the fields."""
        return asdict(self)


def score(prediction: NDArray[np.generic], truth: NDArray[np.generic], classes: int = 2) -> Scores:
    """The scores of one image: two masks of HxW class indices (bool or integers), `classes` with background.

    Raises DataError when the sizes differ or a value is no class.
    """
    matrix = _confusion(prediction, truth, classes)
    hits = np.diagonal(matrix)[1:]
    predicted, actual = matrix.sum(axis=0)[1:], matrix.sum(axis=1)[1:]
    absent = predicted + actual == 0

    def mean(part: NDArray[np.int64], whole: NDArray[np.int64]) -> float:
        return float(np.mean(np.where(absent, 1.0, part / np.maximum(whole, 1))))

    return Scores(
        dice=mean(2 * hits, predicted + actual),
        iou=mean(hits, predicted + actual - hits),
        pixel_accuracy=float(np.trace(matrix) / matrix.sum()),
        precision=mean(hits, predicted),
        recall=mean(hits, actual),
    )


def mean_scores(scores: Iterable[Scores]) -> Scores:
    """The mean over images; raises DataError when there is none."""
    rows = list(scores)
    if not rows:
        raise DataError("There is no image with a mask to score. Name a dataset that has masks.")
    return Scores(**{f.name: float(np.mean([getattr(row, f.name) for row in rows])) for f in fields(Scores)})


def _confusion(
    prediction: NDArray[np.generic], truth: NDArray[np.generic], classes: int
) -> NDArray[np.int64]:
    """Pixels by [class in the truth, class predicted]."""
    if prediction.shape != truth.shape or prediction.size == 0:
        raise DataError(
            f"The prediction is {prediction.shape} and the truth {truth.shape}. "
            "Bring both to one size, and not to nothing."
        )
    for what, mask in (("prediction", prediction), ("truth", truth)):
        if mask.dtype.kind not in "bui" or int(mask.min()) < 0 or int(mask.max()) >= classes:
            raise DataError(
                f"The {what} ({mask.dtype}) holds more than the class indices 0 to {classes - 1}: "
                f"{mask.min()} to {mask.max()}. Turn it into class indices first."
            )
    pairs = truth.astype(np.int64).ravel() * classes + prediction.astype(np.int64).ravel()
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
