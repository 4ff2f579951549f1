"""Percentile: the rarest values are clipped."""

import numpy as np

from edgec_calibration.observers.histogram import ZERO, Histogram
from edgec_calibration.ranges import Range
from edgec_runtime.engine import Array

PERCENTILE = 99.999


class Percentile:
    """The range that leaves out at most 0.001 % of the values at each end, to the width of a bin."""

    def __init__(self) -> None:
        self.histogram = Histogram()

    def update(self, values: Array) -> None:
        """See Observer."""
        self.histogram.update(values)

    def range(self) -> Range:
        """See Observer."""
        total = int(self.histogram.counts.sum())
        spared = total * (1 - PERCENTILE / 100)
        below = np.cumsum(self.histogram.counts)
        first = int(np.searchsorted(below, spared, side="right"))
        last = int(np.searchsorted(below, total - spared, side="left"))
        width, seen = self.histogram.width, self.histogram.seen
        low, high = (first - ZERO) * width, (last + 1 - ZERO) * width
        return max(seen.low, min(low, 0.0)), min(seen.high, max(high, 0.0))
