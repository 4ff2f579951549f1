"""MovingAverage: one odd sample moves the range a little, not all the way."""

from edgec_calibration.ranges import Range
from edgec_runtime.engine import Array

MOMENTUM = 0.9


class MovingAverage:
    """Each sample's least and greatest value, averaged exponentially (Jacob et al. 2018, section 3.1).

    ``new = MOMENTUM * old + (1 - MOMENTUM) * the sample's``, from the first sample's on. So the order of the
    samples counts, the last most: a sample that lies ten back weighs a third of the last.
    """

    def __init__(self) -> None:
        self.low = 0.0
        self.high = 0.0
        self.empty = True

    def update(self, values: Array) -> None:
        """See Observer."""
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        if self.empty:
            self.low, self.high, self.empty = low, high, False
            return
        # In this form rounding cannot carry the average past what was seen.
        self.low += (1 - MOMENTUM) * (low - self.low)
        self.high += (1 - MOMENTUM) * (high - self.high)

    def range(self) -> Range:
        """See Observer."""
        return self.low, self.high
