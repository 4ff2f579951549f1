"""Observer: what every way to take a range can do."""

from typing import Protocol

from edgec_calibration.ranges import Range
from edgec_runtime.engine import Array


class Observer(Protocol):
    """Watches one tensor."""

    def update(self, values: Array) -> None:
        """Take in one sample's values, float32 of any shape, all finite and at least one."""

    def range(self) -> Range:
        """(low, high) in the tensor's units, within what was seen widened to hold 0."""
