"""Entropy: the range that keeps most of what the distribution says."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgec_calibration.observers.grid import Floats, Places, best_range, cumulative, levels
from edgec_calibration.observers.histogram import ZERO, Histogram
from edgec_calibration.ranges import Range
from edgec_runtime.engine import Array


class Entropy:
    """The range with the least Kullback-Leibler divergence of what 8 bits make of the distribution from it.

    Migacz, "8-bit Inference with TensorRT" (GTC 2017): P is the histogram within the range, with what is
    clipped added to the outermost bins; Q is the histogram within the range after its bins are merged into
    256 levels and spread evenly over those that held something. Unlike there, the levels are those of the
    asymmetric range and both ends are searched. The bin of 0 is left out: 0 is always an integer, and the
    many zeros behind a Relu would drown the rest.
    """

    def __init__(self) -> None:
        self.histogram = Histogram()

    def update(self, values: Array) -> None:
        """See Observer."""
        self.histogram.update(values)

    def range(self) -> Range:
        """See Observer."""
        counts = self.histogram.counts.copy()
        counts[ZERO] = 0
        sums = sums_of(counts)

        def cost(low: float, highs: Floats) -> Floats:
            width = self.histogram.width
            first = self.histogram.bin_of(low)
            last = np.floor(highs / width).astype(np.intp) + ZERO
            return divergence(sums, first, last, levels(low, highs, width).edges)

        return best_range(self.histogram, cost)


@dataclass(frozen=True)
class Sums:
    """Counts, and the running sums of counts, of occupied bins and of count * log(count)."""

    counts: npt.NDArray[np.int64]
    number: Floats
    occupied: Floats
    log: Floats


def sums_of(counts: npt.NDArray[np.int64]) -> Sums:
    """From the counts of all bins."""
    return Sums(counts, cumulative(counts), cumulative(counts > 0), cumulative(_x_log_x(counts)))


def divergence(sums: Sums, first: int, last: Places, edges: Places) -> Floats:
    """KL(P || Q) in nats for the bins from `first` to each of `last`, with the levels' `edges` of each.

    Q is the same for all occupied bins of a level, so that running sums do for every bin. The clipped values
    join the outermost bins that hold something; a range that holds fewer than two such has no divergence:
    infinity.
    """
    occupied = np.flatnonzero(sums.counts)
    before = int(np.searchsorted(occupied, first))
    after = np.searchsorted(occupied, last, side="right") - 1
    usable = after > before
    start = occupied[min(before, len(occupied) - 1)]
    end = np.where(usable, occupied[np.maximum(after, 0)], start)
    below, above = sums.number[start], sums.number[-1] - sums.number[end + 1]
    inside = sums.number[end + 1] - sums.number[start]
    places = edges.clip(start, end[:, None] + 1)
    level = np.diff(sums.number[places], axis=1)
    held = np.diff(sums.occupied[places], axis=1)
    log_q = np.log(np.where(held > 0, level, 1) / np.maximum(held, 1))
    rows, most = np.arange(len(last)), held.shape[1] - 1
    cross = (level * log_q).sum(axis=1)
    cross += below * log_q[rows, np.argmax(held > 0, axis=1)]
    cross += above * log_q[rows, most - np.argmax(held[:, ::-1] > 0, axis=1)]
    own = sums.log[end + 1] - sums.log[start]
    own += _x_log_x(sums.counts[start] + below) - _x_log_x(sums.counts[start])
    own += _x_log_x(sums.counts[end] + above) - _x_log_x(sums.counts[end])
    total = sums.number[-1]
    found = (own - cross) / total - np.log(total) + np.log(inside)
    return np.where(usable, found, np.inf)


def _x_log_x(values: npt.ArrayLike) -> Floats:
    numbers = np.asarray(values, np.float64)
    return np.asarray(numbers * np.log(np.maximum(numbers, 1)))
