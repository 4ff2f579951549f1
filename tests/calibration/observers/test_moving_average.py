import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgec_calibration.observers.moving_average import MOMENTUM, MovingAverage

ENDS = st.lists(st.tuples(st.floats(-1e6, 0, width=32), st.floats(0, 1e6, width=32)), min_size=1, max_size=20)


@given(ends=ENDS)
def test_it_is_the_weighted_mean_of_the_samples_ends(ends: list[tuple[float, float]]) -> None:
    observer = MovingAverage()
    for low, high in ends:
        observer.update(np.array([low, high], np.float32))
    ages = np.arange(len(ends))[::-1]
    weights = MOMENTUM**ages * np.where(ages == len(ends) - 1, 1.0, 1 - MOMENTUM)
    assert observer.range() == (
        pytest.approx(weights @ np.array(ends)[:, 0], rel=1e-9, abs=1e-6),
        pytest.approx(weights @ np.array(ends)[:, 1], rel=1e-9, abs=1e-6),
    )


def test_the_last_sample_counts_most() -> None:
    tall, flat = np.array([10.0], np.float32), np.array([1.0], np.float32)
    found = []
    for samples in ((tall, flat), (flat, tall)):
        observer = MovingAverage()
        for sample in samples:
            observer.update(sample)
        found.append(observer.range()[1])
    assert found == [pytest.approx(9.1), pytest.approx(1.9)]
