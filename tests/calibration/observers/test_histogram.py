import numpy as np
from hypothesis import example, given
from tests.calibration.observers.test_observers import SAMPLES

from edgec_calibration.observers.histogram import BINS, BLOCK, ZERO, Histogram

TINY = np.array([-4e-45], np.float32)


@given(samples=SAMPLES)
@example(samples=[TINY, np.array([16384], np.float32)])
def test_counts_are_those_of_one_look_at_everything(samples: list[np.ndarray]) -> None:
    streamed, once = Histogram(), Histogram()
    for sample in samples:
        streamed.update(sample)
    once.update(np.concatenate([sample.ravel() for sample in samples]))
    assert streamed.limit == once.limit
    np.testing.assert_array_equal(streamed.counts, once.counts)
    assert streamed.counts.sum() == sum(sample.size for sample in samples)


@given(samples=SAMPLES)
def test_every_value_lies_in_its_bin(samples: list[np.ndarray]) -> None:
    histogram = Histogram()
    for sample in samples:
        histogram.update(sample)
    for value in np.concatenate([sample.ravel() for sample in samples]).tolist():
        place = histogram.bin_of(value)
        assert 0 <= place < BINS
        assert histogram.counts[place] > 0
        assert (place - ZERO) * histogram.width <= value < (place - ZERO + 1) * histogram.width


def test_more_values_than_a_block() -> None:
    values = np.random.default_rng(0).normal(size=(1, 3, 200, BLOCK // 100)).astype(np.float32)
    histogram = Histogram()
    histogram.update(values)
    wanted, _ = np.histogram(values, BINS, (-histogram.limit, histogram.limit))
    np.testing.assert_array_equal(histogram.counts, wanted)
