"""Boundary F1: are the edges of a class where they should be, within some pixels?

Csurka, Larlus and Perronnin, What is a good evaluation measure for semantic segmentation?, BMVC 2013,
https://doi.org/10.5244/C.27.32. Precision is the share of the predicted edge that lies within the tolerance
of the true edge, recall the share of the true edge within the tolerance of the predicted one, and
F1 = 2 precision recall / (precision + recall).
"""

from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

SHARE_OF_DIAGONAL = 0.0075
"""The tolerance of Csurka et al. as a share of the image's diagonal: 2.7 pixels at 256x256."""

Pixels = NDArray[np.bool_]
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def boundary_f1(prediction: Pixels, truth: Pixels, known: Pixels, tolerance: float | None = None) -> float:
    """In 0..1, of one class: HxW masks of it, and of the pixels that are counted.

    `tolerance`: a distance in pixels, Euclidean, from centre to centre; by default 0.75 % of the diagonal.
    Pixels that are not counted are background in both, so that an edge is right wherever it runs within them,
    as in the border of a trimap. Where neither mask has an edge it is 1, where only one has 0: a class that
    fills the image has none.
    """
    predicted, actual = edge(prediction & known), edge(truth & known)
    if not predicted.any() or not actual.any():
        return float(predicted.any() == actual.any())
    if tolerance is None:
        tolerance = SHARE_OF_DIAGONAL * hypot(*truth.shape)
    precision = _share_near(predicted, actual, tolerance)
    recall = _share_near(actual, predicted, tolerance)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def edge(mask: Pixels) -> Pixels:
    """The pixels of the mask beside (not diagonally) one that is not; the image's border makes no edge."""
    inside = cv2.erode(mask.astype(np.uint8), _CROSS)
    return np.asarray(mask & (inside == 0))


def _share_near(edges: Pixels, others: Pixels, tolerance: float) -> float:
    distance = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float(np.mean(distance[edges] <= tolerance))
