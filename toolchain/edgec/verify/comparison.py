"""Parity: does a step still say what the network said?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgec.errors import ParityError
from edgec_runtime.engine import Array
from edgec_runtime.format.manifest import OutputSpec, Parity
from edgec_runtime.mask import decide, probabilities

# A float graph differs from torch by the order of its sums only; more than this is another network.
MAX_FP32_ERROR = 1e-4
# Where signs are taken of sums, some flip with the order: on a trained `blu_net` the mean is 3e-4 at most,
# and 99.97 % of the pixels agree.
LEAPS_MEAN_ERROR, LEAPS_AGREEMENT = 2e-3, 0.999


@dataclass(frozen=True)
class Comparison:
    """How far outputs are from what was expected, in probabilities, over all samples.

    `snr_db`: 10 log10(sum x^2 / sum (x - y)^2), in dB, infinite where nothing differs; ONNX Runtime calls it
    SQNR. `cosine`: of the two as vectors. `mask_agreement`: share of pixels of the same class, mean over the
    samples.
    """

    samples: int
    max_error: float
    mean_error: float
    snr_db: float
    cosine: float
    mask_agreement: float


def compare(expected: Sequence[Array], found: Sequence[Array], spec: OutputSpec) -> Comparison:
    """Compare the networks' outputs, one sample at a time; raises ValueError where their numbers differ."""
    total = signal = noise = power = product = largest = 0.0
    count, agreements = 0, []
    for one, other in zip(expected, found, strict=True):
        x, y = probabilities(one, spec), probabilities(other, spec)
        agreements.append(np.mean(decide(x, spec) == decide(y, spec)))
        a, b = x.astype(np.float64), y.astype(np.float64)
        error = np.abs(a - b)
        largest = float(np.maximum(largest, error.max()))  # keeps a NaN
        total, count = total + float(error.sum()), count + error.size
        signal, noise = signal + float((a * a).sum()), noise + float((error * error).sum())
        power, product = power + float((b * b).sum()), product + float((a * b).sum())
    return Comparison(
        samples=len(agreements),
        max_error=largest,
        mean_error=total / count,
        snr_db=decibels(signal, noise),
        cosine=_cosine(product, signal, power),
        mask_agreement=float(np.mean(agreements)),
    )


def decibels(signal: float, noise: float) -> float:
    """10 log10 of the ratio of two sums of squares; infinite where there is no noise."""
    if noise == 0:
        return math.inf
    return -math.inf if signal == 0 else 10 * math.log10(signal / noise)


def parity(found: Comparison) -> Parity:
    """What the manifest says of a comparison, rounded."""
    return Parity(
        samples=found.samples,
        max_error=_short(found.max_error),
        mean_error=_short(found.mean_error),
        mask_agreement=round(found.mask_agreement, 6),
    )


def check_fp32(found: Parity, where: str, leaps: bool = False) -> None:
    """Raise ParityError when a float variant is not the same network any more.

    `leaps`: of the network's graph. Then it is the same as well where the masks are, but for a few pixels.
    """
    near = leaps and found.mean_error <= LEAPS_MEAN_ERROR and found.mask_agreement >= LEAPS_AGREEMENT
    if not (found.max_error <= MAX_FP32_ERROR or near):
        raise ParityError(
            f"{where}: probabilities differ from the source's by up to {found.max_error:g} "
            f"(allowed in fp32: {MAX_FP32_ERROR:g}): a step of the build changed the network, "
            "please report it"
        )


def _cosine(product: float, one: float, other: float) -> float:
    if one == 0 or other == 0:  # of nothing there is no direction
        return 1.0 if one == other else 0.0
    return product / math.sqrt(one) / math.sqrt(other)


def _short(value: float) -> float:
    return float(f"{value:.3g}")
