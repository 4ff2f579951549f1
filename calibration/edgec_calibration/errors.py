"""Calibration's leaf of the tree of errors; the root is in edgec_runtime.errors."""

from edgec_runtime.errors import WorkstationError


class CalibrationError(WorkstationError):
    """Samples, tensors or a ranges file that no range can be taken from."""
