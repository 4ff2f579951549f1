"""judge(): from a function of image -> mask to scores, whatever computes the mask."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from edgec.data import Dataset, Sample, open_dataset
from edgec.errors import DataError
from edgec.learn.metrics import OVERLAP, DetailedScores, Measures, Scores, mean_scores, score_in_detail

Image: TypeAlias = npt.NDArray[np.uint8]
Mask: TypeAlias = npt.NDArray[np.uint8]
Segment: TypeAlias = Callable[[Image], Mask]
"""A uint8 image, HxW or HxWx3 RGB -> the class of each of its pixels, HxW uint8."""


@dataclass(frozen=True)
class Judged:
    """An image, what was found in it, and how good that is."""

    name: str
    image: Image
    truth: Mask
    prediction: Mask
    scores: DetailedScores


def judge(segment: Segment, dataset: Dataset, measures: Measures = OVERLAP) -> Iterator[Judged]:
    """Judge the images of `dataset` one by one, so that memory holds one.

    Raises DataError where a sample has no mask, or its mask nothing that counts.
    """
    for sample in dataset:
        truth = _truth(sample, dataset)
        prediction = segment(sample.image)
        try:
            scores = score_in_detail(prediction, truth, dataset.classes, measures)
        except DataError as error:
            raise DataError(f"{dataset.name}: {sample.name}: {error}") from error
        yield Judged(sample.name, sample.image, truth, prediction, scores)


def open_truth(data: str, classes: int | Sequence[str]) -> Dataset:
    """The data set that `data` names, with so many classes or these, the background first.

    They are found by their names where the data set has such, else they are its own in their order, if they
    are as many. Raises DataError.
    """
    if isinstance(classes, int):
        return open_dataset(data, classes=classes)
    try:
        return open_dataset(data, classes=classes)
    except DataError:
        return open_dataset(data, classes=len(classes))


def score_masks(segment: Segment, dataset: Dataset) -> Scores:
    """The five scores of `segment`, averaged over the images of `dataset`. Raises as `judge` does."""
    return mean_scores(judged.scores.mean for judged in judge(segment, dataset))


def _truth(sample: Sample, dataset: Dataset) -> Mask:
    if sample.mask is None:
        raise DataError(f"{dataset.name}: {sample.name} has no mask: put one into masks/ to evaluate on it")
    return sample.mask
