import numpy as np
import pytest

from edgec_calibration.observers.grid import SHARES
from edgec_calibration.observers.mse import MeanSquaredError


def error(values: np.ndarray, low: float, high: float) -> float:
    """Of 8 bits over (low, high), value by value."""
    scale = (high - low) / 255
    zero_point = np.rint(-low / scale)
    integers = (np.rint(values / scale) + zero_point).clip(0, 255)
    return float(((integers - zero_point) * scale - values).astype(np.float64).__pow__(2).mean())


SIGNALS = {
    "normal": lambda random: random.normal(size=50_000),
    "long tail": lambda random: random.standard_t(3, size=50_000),
    "behind a Relu": lambda random: np.maximum(random.standard_t(3, size=50_000), 0),
    "off centre": lambda random: random.gamma(1.5, size=50_000) - 0.3,
    "below zero": lambda random: -random.gamma(1.5, size=50_000),
}


@pytest.mark.parametrize("make", SIGNALS.values(), ids=SIGNALS)
def test_no_range_of_the_grid_is_better(make) -> None:
    values = make(np.random.default_rng(0)).astype(np.float32)
    observer = MeanSquaredError()
    for part in np.array_split(values, 7):
        observer.update(part)
    found = error(values, *observer.range())
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    lows, highs = (SHARES[::3] * end if end else [0.0] for end in (low, high))
    best = min(error(values, one, other) for one in lows for other in highs)
    assert found <= 1.02 * best
    assert found <= error(values, low, high)
