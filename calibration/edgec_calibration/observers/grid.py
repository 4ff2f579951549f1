"""The search for a clipping range: a grid of shares of what was seen, and the 256 integers over each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgec_calibration.observers.histogram import BINS, ZERO, Histogram
from edgec_calibration.ranges import Range

LEVELS = 256
# From all that was seen down to 1/16 of it, where Migacz stops too (128 of 2048 bins), in steps of 1/64.
SHARES = np.arange(64, 3, -1) / 64

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Levels:
    """What the 8-bit integers over some ranges stand for; a row is a range.

    `values` (rows, LEVELS) in the tensor's units, one of them 0. `edges` (rows, LEVELS + 1): level i stands
    for the bins from edges[i] to before edges[i + 1]; the outermost take in all that is clipped.
    """

    values: Floats
    edges: Places


def levels(low: float, highs: Floats, width: float) -> Levels:
    """The integers over (low, high) for each of `highs`, none of the ranges empty; bins are `width` wide."""
    scales = (highs - low) / (LEVELS - 1)
    zero_points = np.rint(-low / scales)
    values = (np.arange(LEVELS) - zero_points[:, None]) * scales[:, None]
    borders = np.rint((values[:, :-1] + values[:, 1:]) / (2 * width)).clip(-ZERO, ZERO).astype(np.intp) + ZERO
    ends = np.zeros((len(highs), 1), np.intp)
    return Levels(values, np.hstack([ends, borders, ends + BINS]))


def best_range(histogram: Histogram, cost: Callable[[float, Floats], Floats]) -> Range:
    """The range with the least cost; of equals, the widest.

    Both ends are searched together, as clipping one makes the other finer. `cost(low, highs)` gives the cost
    of (low, high) for each of `highs`. A tensor that has values on one side of 0 only keeps its 0.
    """
    low, high = histogram.seen.range()
    if histogram.only_zeros():
        return low, high
    lows, highs = (SHARES * end if end else np.zeros(1) for end in (low, high))
    costs = np.stack([cost(float(end), highs) for end in lows])
    place, other = np.unravel_index(np.argmin(costs), costs.shape)
    return float(lows[place]), float(highs[other])


def cumulative(values: npt.NDArray[np.generic]) -> Floats:
    """Sums of the first 0, 1, ..., BINS of `values`."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
