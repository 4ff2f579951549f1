"""What is kept of a tensor while samples stream by: a state whose size does not depend on their number."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from edgec_calibration.ranges import Range
from edgec_runtime.engine import Array

BINS = 8192
PERCENTILE = 99.999
LEAST_LIMIT = 2.0**-100  # so that the bins' width is a normal float32


class Observer(Protocol):
    """Watches one tensor."""

    def update(self, values: Array) -> None:
        """Take in one sample's values, of any shape, all finite and at least one."""

    def range(self) -> Range:
        """(low, high) of what was seen, in the tensor's units, widened to hold 0."""


class MinMax:
    """The least and the greatest value seen."""

    def __init__(self) -> None:
        self.low = 0.0
        self.high = 0.0

    def update(self, values: Array) -> None:
        """See Observer."""
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))

    def range(self) -> Range:
        """See Observer."""
        return self.low, self.high


class Percentile:
    """The range that leaves out at most 0.001 % of the values at each end.

    A histogram over [-limit, limit). When a value lies outside, the limit doubles and neighbouring bins
    merge in pairs, which is exact; so the state is BINS counters however many samples there are.
    """

    def __init__(self) -> None:
        self.counts = np.zeros(BINS, np.int64)
        self.limit = 0.0
        self.seen = MinMax()

    def update(self, values: Array) -> None:
        """See Observer."""
        self.seen.update(values)
        self._grow(max(-self.seen.low, self.seen.high))
        if self.limit == 0.0:  # only zeros so far
            self.counts[BINS // 2] += values.size
            return
        places = values.ravel() * np.float32(BINS / 2 / self.limit) + np.float32(BINS / 2)
        bins = places.astype(np.int32).clip(0, BINS - 1)
        self.counts += np.bincount(bins, minlength=BINS)

    def range(self) -> Range:
        """See Observer."""
        total = int(self.counts.sum())
        spared = total * (1 - PERCENTILE / 100)
        below = np.cumsum(self.counts)
        first = int(np.searchsorted(below, spared, side="right"))
        last = int(np.searchsorted(below, total - spared, side="left"))
        width = 2 * self.limit / BINS
        low, high = first * width - self.limit, (last + 1) * width - self.limit
        return max(self.seen.low, min(low, 0.0)), min(self.seen.high, max(high, 0.0))

    def _grow(self, reach: float) -> None:
        if reach == 0.0:
            return
        if self.limit == 0.0:
            self.limit = max(LEAST_LIMIT, float(2.0 ** np.ceil(np.log2(reach))))
        while self.limit < reach:
            pairs = self.counts.reshape(-1, 2).sum(axis=1)
            self.counts[:] = 0
            self.counts[BINS // 4 : BINS // 4 * 3] = pairs
            self.limit *= 2


METHODS: dict[str, Callable[[], Observer]] = {"min-max": MinMax, "percentile": Percentile}
