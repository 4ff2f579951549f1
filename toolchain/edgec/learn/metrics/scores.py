"""What a comparison of masks came to, of one image or averaged over many."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from edgec.errors import DataError

NO_IMAGE = "There is no image with a mask to score. Name a dataset that has masks."


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


@dataclass(frozen=True)
class ClassScores:
    """One class's metrics, each in 0..1; None where it was not computed.

    `images`: how many truths hold the class, so 0 or 1 of one image.
    """

    images: int
    dice: float
    iou: float
    precision: float
    recall: float
    boundary_f1: float | None = None
    cldice: float | None = None

    def as_dict(self) -> dict[str, float]:
        """Those that were computed, by name, in the order of the fields."""
        return {name: value for name in PER_CLASS if (value := getattr(self, name)) is not None}


PER_CLASS = tuple(field.name for field in fields(ClassScores) if field.name != "images")
"""The names of the metrics that each class has."""


@dataclass(frozen=True)
class DetailedScores:
    """Pixel accuracy, and the scores of each foreground class in the order of their indices, 1 first."""

    pixel_accuracy: float
    classes: tuple[ClassScores, ...]

    def as_dict(self) -> dict[str, float]:
        """The five of `Scores` and whatever else was computed, by name, averaged over the classes."""
        rows = [one.as_dict() for one in self.classes]
        means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
        dice, iou = means.pop("dice"), means.pop("iou")
        return {"dice": dice, "iou": iou, "pixel_accuracy": self.pixel_accuracy, **means}

    @property
    def mean(self) -> Scores:
        """The five, averaged over the classes."""
        values = self.as_dict()
        return Scores(**{field.name: values[field.name] for field in fields(Scores)})


def mean_scores(scores: Iterable[Scores]) -> Scores:
    """The mean over images; raises DataError when there is none."""
    rows = list(scores)
    if not rows:
        raise DataError(NO_IMAGE)
    return Scores(**{f.name: float(np.mean([getattr(row, f.name) for row in rows])) for f in fields(Scores)})


def mean_in_detail(scores: Iterable[DetailedScores]) -> DetailedScores:
    """The mean over images, class by class; raises DataError when there is none.

    What was computed of one image must have been computed of all, and of the same classes.
    """
    rows = list(scores)
    if not rows:
        raise DataError(NO_IMAGE)
    of_class = zip(*(row.classes for row in rows), strict=True)
    return DetailedScores(
        pixel_accuracy=float(np.mean([row.pixel_accuracy for row in rows])),
        classes=tuple(_mean_of_class(ones) for ones in of_class),
    )


def _mean_of_class(rows: Sequence[ClassScores]) -> ClassScores:
    means = {name: float(np.mean([getattr(row, name) for row in rows])) for name in rows[0].as_dict()}
    return ClassScores(images=sum(row.images for row in rows), **means)
