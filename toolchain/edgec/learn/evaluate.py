"""What a network in torch says of an image, and how good that is on a dataset."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from edgec.data import Sample
from edgec.errors import DataError
from edgec.learn.metrics import Scores, mean_scores, score


def grey(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """HxW in 0..1 of a uint8 image, HxW or HxWx3 RGB; colour is weighted as in ITU-R BT.601."""
    flat = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(flat, dtype=np.float32) / np.float32(255)


def predict(module: nn.Module, image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The probability (HxW float32) that a network of one grey channel and one class gives an image.

    The module must be in eval mode; the size is the network's, see `EncoderDecoder`.
    """
    with torch.inference_mode():
        output: torch.Tensor = module(torch.from_numpy(grey(image))[None, None])
    return output[0, 0].numpy()


def evaluate(module: nn.Module, samples: Sequence[Sample], threshold: float = 0.5) -> Scores:
    """Mean scores of a network of one grey channel and one class; a pixel is foreground above `threshold`.

    Raises DataError for a sample without a mask.
    """
    module.eval()
    rows = []
    for sample in samples:
        if sample.mask is None:
            raise DataError(f"{sample.name}: has no mask to score against. Name a dataset that has masks.")
        rows.append(score(predict(module, sample.image) > threshold, sample.mask))
    return mean_scores(rows)
