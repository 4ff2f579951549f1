import numpy as np
from hypothesis import given
from tests.calibration.observers.test_observers import SAMPLES, observed


@given(samples=SAMPLES)
def test_min_max_is_the_minimum_and_the_maximum(samples: list[np.ndarray]) -> None:
    seen = np.concatenate([sample.ravel() for sample in samples])
    assert observed("min-max", samples) == (min(0.0, float(seen.min())), max(0.0, float(seen.max())))
