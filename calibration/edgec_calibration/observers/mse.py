"""MeanSquaredError: what is clipped against what is rounded."""

import numpy as np

from edgec_calibration.observers.grid import Floats, best_range, cumulative, levels
from edgec_calibration.observers.histogram import BINS, ZERO, Histogram
from edgec_calibration.ranges import Range
from edgec_runtime.engine import Array


class MeanSquaredError:
    """The range over which 8 bits give the values back with the least mean squared error.

    The error is that of the histogram's bins, each taken at its middle and rounded to the nearest integer of
    the range, clipped ones to the outermost: for an empirical distribution what Banner et al. 2019 ("Post
    training 4-bit quantization", ACIQ) work out for a Laplace one.
    """

    def __init__(self) -> None:
        self.histogram = Histogram()

    def update(self, values: Array) -> None:
        """See Observer."""
        self.histogram.update(values)

    def range(self) -> Range:
        """See Observer."""
        width = self.histogram.width
        middles = (np.arange(BINS) + 0.5 - ZERO) * width
        middles[ZERO] = 0.0  # nearly all that lies there is what a Relu cut off
        moments = [cumulative(self.histogram.counts * middles**power) for power in range(3)]

        def cost(low: float, highs: Floats) -> Floats:
            grid = levels(low, highs, width)
            number, total, square = (np.diff(moment[grid.edges], axis=1) for moment in moments)
            errors: Floats = square - 2 * grid.values * total + grid.values**2 * number
            return np.asarray(errors.sum(axis=1))

        return best_range(self.histogram, cost)
