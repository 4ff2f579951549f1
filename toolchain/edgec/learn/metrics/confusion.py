"""Counting pixels by their class in the truth and in the prediction.

numpy's bincount: for a mask of 256x256 it takes a third of a millisecond, torchmetrics' confusion matrix
several times as long and two seconds to be imported (docs/decisions.md).
"""

import numpy as np
from numpy.typing import NDArray

from edgec.data import IGNORE
from edgec.errors import DataError

Mask = NDArray[np.generic]


def counted(truth: Mask) -> NDArray[np.bool_]:
    """HxW: the pixels whose class the truth tells."""
    return np.asarray(truth != IGNORE)


def confusion(prediction: Mask, truth: Mask, classes: int) -> NDArray[np.int64]:
    """Pixels by [class in the truth, class predicted], (classes, classes), of two HxW masks.

    They hold class indices (bool or integers), the truth IGNORE too. Raises DataError when the sizes differ,
    a value is no class, or no pixel counts.
    """
    check_masks(prediction, truth, classes)
    known = counted(truth)
    if not known.all():
        prediction, truth = prediction[known], truth[known]
    pairs = truth.astype(np.int64).ravel() * classes + prediction.astype(np.int64).ravel()
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def check_masks(prediction: Mask, truth: Mask, classes: int) -> None:
    """Raise DataError unless both are masks of one size and of class indices, with a pixel that counts."""
    if prediction.shape != truth.shape or prediction.size == 0:
        raise DataError(
            f"The prediction is {prediction.shape} and the truth {truth.shape}. "
            "Bring both to one size, and not to nothing."
        )
    known = truth[counted(truth)]
    if known.size == 0:
        raise DataError(
            f"The truth is {IGNORE} (ignored) everywhere: no pixel can be scored. Leave the image out."
        )
    for what, mask in (("prediction", prediction), ("truth", known)):
        if mask.dtype.kind not in "bui" or int(mask.min()) < 0 or int(mask.max()) >= classes:
            raise DataError(
                f"The {what} ({mask.dtype}) holds more than the class indices 0 to {classes - 1}: "
                f"{mask.min()} to {mask.max()}. Turn it into class indices first."
            )
