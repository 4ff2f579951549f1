"""From what training gives in float to what the operators of com.edgec take: packed signs and integers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edgec.errors import QuantizationError
from edgec_runtime.kernels.reference import Integers, Words, pack

Reals = npt.NDArray[np.float32] | npt.NDArray[np.float64]

MAX_DOT = 1 << 24
"""Dot products stay below it, so that float32 holds them exactly."""


def pack_weights(weights: Reals) -> Words:
    """The signs of (OC, C, k, k), or of (M, OC, C, k, k), 0 as plus -> (OC, k, k, M, words)."""
    levels = weights if weights.ndim == 5 else weights[np.newaxis]
    return pack(levels.transpose(1, 3, 4, 0, 2) >= 0)


def integer_levels(gammas: Sequence[float], largest: int) -> tuple[tuple[int, ...], float]:
    """Scales of residual levels as whole multiples of one unit: (multiples, unit).

    One level is 1 times its scale. Else the multiples add up to at most `largest`; of those, the ones whose
    ratios are nearest are taken. Dot products of levels are then exact integers. Raises QuantizationError
    where there are not 1 to 3 scales above 0, or `largest` is too small for them.
    """
    scales = np.asarray(gammas, np.float64)
    if scales.ndim != 1 or not 1 <= len(scales) <= 3 or not np.all(np.isfinite(scales) & (scales > 0)):
        raise QuantizationError(f"the residual levels are {list(gammas)}; there must be 1 to 3, all above 0")
    if len(scales) == 1:
        return (1,), float(scales[0])
    best: tuple[float, tuple[int, ...], float] | None = None
    for first in range(1, largest):
        multiples = np.maximum(np.rint(scales / scales[0] * first), 1)
        if multiples.sum() > largest:
            break
        unit = float(scales @ multiples / (multiples @ multiples))
        error = float(np.abs(multiples * unit - scales).max())
        if best is None or error < best[0]:
            best = error, tuple(int(number) for number in multiples), unit
    if best is None:
        raise QuantizationError(
            f"residual levels {list(gammas)} do not fit integers that add up to {largest}"
        )
    return best[1], best[2]


def largest_levels(channels: int, kernel: int) -> int:
    """What the levels of x may add up to, times what those of w do, for exact dot products."""
    return (MAX_DOT - 1) // (channels * kernel * kernel)


def dot_thresholds(
    scale: Reals, bias: Reals, steps: Reals, bound: int
) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Where scale * dot + bias reaches `steps`, as thresholds of the dot product.

    `scale` and `bias` (OC,), of BatchNorm and all levels' units; `steps` (T,) or (T, OC), ascending: [0] for
    the sign, `residual_steps` for more levels; `bound`: no dot product is larger. Gives int32 (T, OC) and the
    channels (OC,) whose weights must be inverted, because their scale is negative: the thresholds are those
    of the inverted ones. A scale of 0 gives thresholds that are always, or never, reached.
    """
    scales, biases = np.asarray(scale, np.float64), np.asarray(bias, np.float64)
    reached = np.asarray(steps, np.float64).reshape(len(steps), -1) - biases
    inverted = scales < 0
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = reached / np.abs(scales)
    constant = np.where(reached > 0, bound + 1, -bound)
    found = np.where(scales == 0, constant, np.ceil(exact))
    return np.clip(found, -bound, bound + 1).astype(np.int32), inverted


def residual_steps(gammas: Sequence[float]) -> npt.NDArray[np.float64]:
    """The (2**L - 1,) values at which the code of a residual binarization changes, ascending.

    Level by level, a value is binarized and what is left goes on: sign(v), then sign(v - g0 sign(v)), and so
    on. The codes must ascend with the value: each scale is at least what follows it, the last left out.
    Raises QuantizationError where they do not.
    """
    steps, last = [0.0], [0.0]
    for number, scale in enumerate(gammas[:-1]):
        if scale < sum(gammas[number + 1 : -1]):
            raise QuantizationError(
                f"the codes of residual levels {list(gammas)} do not ascend with the value: each must be at "
                "least what follows it"
            )
        last = [end + sign * scale for end in last for sign in (-1, 1)]
        steps += last
    return np.array(sorted(steps))
