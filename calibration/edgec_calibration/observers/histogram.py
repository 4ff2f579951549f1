"""Histogram: how often which value was seen, in a state of fixed size."""

import math

import numpy as np
import numpy.typing as npt

from edgec_calibration.observers.min_max import MinMax
from edgec_runtime.engine import Array

BINS = 8192
ZERO = BINS // 2  # the bin whose lower edge is 0
LEAST_LIMIT = 2.0**-100  # so that the bins' width is a normal float32
BLOCK = 1 << 16  # values at a time: the copies stay in the processor's cache and out of the peak memory


class Histogram:
    """Counts over [-limit, limit) in BINS bins of one width, and the least and greatest value.

    The limit is a power of 2 and doubles when a value lies outside, which merges neighbouring bins in pairs.
    Both are exact, so that neither the order of the samples nor how they are cut changes a count.
    """

    def __init__(self) -> None:
        self.counts: npt.NDArray[np.int64] = np.zeros(BINS, np.int64)
        self.limit = LEAST_LIMIT
        self.seen = MinMax()

    @property
    def width(self) -> float:
        """Of a bin, in the tensor's units."""
        return 2 * self.limit / BINS

    def update(self, values: Array) -> None:
        """See Observer."""
        self.seen.update(values)
        self._grow(max(-self.seen.low, self.seen.high))
        flat, scale = values.reshape(-1), 1 / self.width
        for start in range(0, flat.size, BLOCK):
            # In float64, where nothing is so near to 0 that it loses its sign.
            bins = np.floor(np.multiply(flat[start : start + BLOCK], scale, dtype=np.float64)).astype(np.intp)
            bins += ZERO
            self.counts += np.bincount(bins, minlength=BINS)

    def bin_of(self, value: float) -> int:
        """The place of the bin that holds `value`, which lies within the limit."""
        return math.floor(value / self.width) + ZERO

    def only_zeros(self) -> bool:
        """Whether all values lie in the bin of 0, or none was seen."""
        return bool(self.counts[ZERO] == self.counts.sum())

    def _grow(self, reach: float) -> None:
        if self.limit <= reach and self.only_zeros():  # that bin merges into itself
            self.limit = 2.0 ** math.frexp(reach)[1]
        while self.limit <= reach:
            pairs = self.counts.reshape(-1, 2).sum(axis=1)
            self.counts[:] = 0
            self.counts[BINS // 4 : BINS // 4 * 3] = pairs
            self.limit *= 2
