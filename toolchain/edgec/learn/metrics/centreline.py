"""Centre-line Dice: does a thin structure hang together as it should?

Shit et al., clDice: a novel topology-preserving loss function for tubular structure segmentation, CVPR 2021,
https://arxiv.org/abs/2003.07311. With the skeletons S of prediction P and truth L: topology precision
|S(P) and L| / |S(P)|, topology sensitivity |S(L) and P| / |S(L)|, and their harmonic mean.
"""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.bool_]


def centre_line_dice(prediction: Pixels, truth: Pixels, known: Pixels) -> float:
    """In 0..1, of one class: HxW masks of it, and of the pixels that are counted.

    Pixels that are not counted are background in both. A class that is in neither mask counts 1, in only one
    of them 0.
    """
    prediction, truth = prediction & known, truth & known
    if not prediction.any() or not truth.any():
        return float(prediction.any() == truth.any())
    precision = float(np.mean(truth[skeleton(prediction)]))
    sensitivity = float(np.mean(prediction[skeleton(truth)]))
    return 2 * precision * sensitivity / (precision + sensitivity) if precision + sensitivity else 0.0


def skeleton(mask: Pixels) -> Pixels:
    """HxW lines of one pixel's width in the middle of the mask (Zhang and Suen 1984, by scikit-image)."""
    from skimage.morphology import skeletonize

    lines: Pixels = skeletonize(mask)
    return lines
