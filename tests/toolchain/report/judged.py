"""Results of an evaluation, of masks drawn by hand, for the tests of what is told of them."""

import numpy as np

from edgec.data import IGNORE
from edgec.evaluation import EvalResult, ImageResult, Judged
from edgec.learn.metrics import Measures, mean_in_detail, score_in_detail

REASON = "tflite is not installed: pip install 'edgec-runtime[tflite]'"
FAILED = EvalResult("tflite", "tflite", "fp32", None, reason=REASON, classes=("cell",))
TRUTH = np.array([[0, 1, 1, IGNORE], [0, 0, 1, IGNORE]], np.uint8)
WORSE = np.array([[1, 1, 1, 1], [0, 0, 0, 0]], np.uint8)
"""Beside TRUTH: 2 hits, 1 miss and 1 false alarm."""


def judged(prediction: np.ndarray, name: str, classes: int = 2, measures: Measures | None = None) -> Judged:
    scores = score_in_detail(prediction, TRUTH, classes, measures or Measures(boundary=True))
    return Judged(name, np.full(TRUTH.shape, 90, np.uint8), TRUTH, prediction, scores)


def result(*images: Judged, precision: str = "fp32", classes: tuple[str, ...] = ("cell",)) -> EvalResult:
    scores = mean_in_detail(image.scores for image in images)
    return EvalResult(
        "cpu",
        "onnxruntime",
        precision,
        None,
        scores.as_dict(),
        None,
        classes,
        scores,
        tuple(ImageResult(image.name, image.scores) for image in images),
        images,
    )


PERFECT = np.where(TRUTH == IGNORE, 0, TRUTH).astype(np.uint8)
FP32 = result(judged(WORSE, "worse"), judged(PERFECT, "perfect"))
INT8 = result(judged(WORSE, "worse"), judged(WORSE, "perfect"), precision="int8-static")
