"""What is kept of a tensor while samples stream by: a state whose size does not depend on their number."""

from collections.abc import Callable

from edgec_calibration.methods import Method
from edgec_calibration.observers.base import Observer
from edgec_calibration.observers.entropy import Entropy
from edgec_calibration.observers.min_max import MinMax
from edgec_calibration.observers.moving_average import MovingAverage
from edgec_calibration.observers.mse import MeanSquaredError
from edgec_calibration.observers.percentile import Percentile

__all__ = ["OBSERVERS", "Observer"]

OBSERVERS: dict[Method, Callable[[], Observer]] = {
    "min-max": MinMax,
    "moving-average": MovingAverage,
    "percentile": Percentile,
    "entropy": Entropy,
    "mse": MeanSquaredError,
}
