import numpy as np

from edgec_calibration.observers.histogram import BINS
from edgec_calibration.observers.percentile import PERCENTILE, Percentile


def test_percentile_leaves_out_the_rarest_values_only() -> None:
    observer = Percentile()
    random = np.random.default_rng(0)
    parts = [random.normal(size=250_000).astype(np.float32) for _ in range(4)]
    parts[2][:3] = 1000.0, 900.0, -500.0  # fewer than 0.001 % of a million
    for part in parts:
        observer.update(part)
    low, high = observer.range()
    everything = np.concatenate(parts)
    bin_width = 2 * 1024 / BINS
    assert np.quantile(everything, PERCENTILE / 100) <= high <= 5 + bin_width
    assert -5 - bin_width <= low <= np.quantile(everything, 1 - PERCENTILE / 100)


def test_percentile_keeps_what_is_not_rare() -> None:
    observer = Percentile()
    values = np.zeros(100_000, np.float32)
    values[:2], values[2:4] = 7.0, -3.0  # 0.002 % each
    observer.update(values)
    assert observer.range() == (-3.0, 7.0)
