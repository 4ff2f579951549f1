"""Post-processing: the network's output -> probabilities -> a class mask at the image's own size."""

from collections.abc import Iterable
from math import log

import numpy as np
import numpy.typing as npt

from edgec_runtime.engine import Array
from edgec_runtime.format.manifest import OutputSpec
from edgec_runtime.resize import resize

Mask = npt.NDArray[np.uint8]


def probabilities(output: Array, spec: OutputSpec) -> Array:
    """(N, C, H, W) float32 as the network gives it -> the same shape in 0..1."""
    if spec.activation == "sigmoid":
        sigmoid: Array = (np.tanh(output * 0.5) + 1) * np.float32(0.5)  # without overflow
        return sigmoid
    if spec.activation == "softmax":
        powers: Array = np.exp(output - output.max(axis=1, keepdims=True))
        powers /= powers.sum(axis=1, keepdims=True)
        return powers
    return output


def decide(found: Array, spec: OutputSpec) -> Mask:
    """Probabilities (C, H, W), or (1, C, H, W), -> the class of each pixel, HxW uint8."""
    height, width = found.shape[-2:]
    return _decide(found.reshape(-1, height, width), (height, width), spec, spec.threshold)


def to_mask(output: Array, spec: OutputSpec, size: tuple[int, int]) -> Mask:
    """One image's output (1, C, H, W) -> its class mask at `size` (height, width), uint8.

    The output is scaled bilinearly and then decided, so that edges are smooth where the image is larger than
    the network's size. An activation that the network lacks is not computed: it changes no order, and the
    threshold is put where it would put it.
    """
    return _decide((resize(plane, size) for plane in output[0]), size, spec, _limit(spec))


def _decide(
    planes: Iterable[Array], size: tuple[int, int], spec: OutputSpec, threshold: float | None
) -> Mask:
    # One plane at a time: at full size all of them together can be more than a device has.
    mask = np.zeros(size, np.uint8)
    best = np.full(size, _floor(spec, threshold), np.float32)
    first = 1 if spec.decision == "threshold" else 0
    for number, plane in enumerate(planes, first):
        better = plane > best
        mask[better] = number
        np.copyto(best, plane, where=better)
    return mask


def _limit(spec: OutputSpec) -> float | None:
    """The threshold in the units of the network's output."""
    if spec.threshold is None or spec.activation != "sigmoid":
        return spec.threshold
    return log(spec.threshold / (1 - spec.threshold))


def _floor(spec: OutputSpec, threshold: float | None) -> np.float32:
    """What the first winner has to exceed: `plane > floor` means `plane >= threshold`."""
    if spec.decision == "argmax" or threshold is None:
        return np.float32(-np.inf)
    return np.float32(np.nextafter(np.float32(threshold), np.float32(-np.inf)))
