"""Real samples -> Ranges, in bounded memory."""

from edgec_calibration.calibrate import calibrate
from edgec_calibration.errors import CalibrationError
from edgec_calibration.observers import METHODS
from edgec_calibration.ranges import Ranges

__all__ = ["METHODS", "CalibrationError", "Ranges", "calibrate"]
