"""MinMax: nothing is clipped."""

from edgec_calibration.ranges import Range
from edgec_runtime.engine import Array


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
