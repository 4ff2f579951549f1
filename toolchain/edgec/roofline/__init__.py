"""What this machine can do at most, measured: multiply-accumulates in each type, and memory bandwidth."""

from edgec.roofline.cache import machine_peaks
from edgec.roofline.peaks import Best, Peaks

__all__ = ["Best", "Peaks", "machine_peaks"]
