import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edgec_calibration.observers import BINS, METHODS, PERCENTILE, Percentile

REAL = st.floats(-1e6, 1e6, width=32)
SAMPLES = st.lists(arrays(np.float32, array_shapes(max_dims=3, max_side=5), elements=REAL), min_size=1)


@pytest.mark.parametrize("method", METHODS)
@given(samples=SAMPLES)
def test_range_holds_zero_and_nothing_beyond_what_was_seen(method: str, samples: list[np.ndarray]) -> None:
    observer = METHODS[method]()
    for sample in samples:
        observer.update(sample)
    low, high = observer.range()
    seen = np.concatenate([sample.ravel() for sample in samples])
    assert min(0.0, float(seen.min())) <= low <= 0 <= high <= max(0.0, float(seen.max()))


@given(samples=SAMPLES)
def test_min_max_is_the_minimum_and_the_maximum(samples: list[np.ndarray]) -> None:
    observer = METHODS["min-max"]()
    for sample in samples:
        observer.update(sample)
    seen = np.concatenate([sample.ravel() for sample in samples])
    assert observer.range() == (min(0.0, float(seen.min())), max(0.0, float(seen.max())))


@given(samples=SAMPLES, data=st.data())
def test_order_of_samples_does_not_matter(samples: list[np.ndarray], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(samples))
    for make in METHODS.values():
        one, other = make(), make()
        for sample, second in zip(samples, shuffled, strict=True):
            one.update(sample)
            other.update(second)
        greatest = max(float(np.abs(sample).max()) for sample in samples)
        assert np.allclose(one.range(), other.range(), rtol=0, atol=8 * greatest / BINS)


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


@pytest.mark.parametrize("method", METHODS)
def test_values_that_are_all_the_same(method: str) -> None:
    for value in (0.0, 2.5, -2.5, 1e-38):
        observer = METHODS[method]()
        observer.update(np.full((1, 2, 3, 3), value, np.float32))
        observer.update(np.full((1, 2, 3, 3), value, np.float32))
        assert observer.range() == (min(0.0, np.float32(value)), max(0.0, np.float32(value)))


@pytest.mark.parametrize("method", METHODS)
def test_state_does_not_grow_with_the_samples(method: str) -> None:
    observer = METHODS[method]()
    random = np.random.default_rng(1)
    sizes = set()
    for scale in range(1, 40):
        observer.update(random.normal(scale=scale, size=(1, 4, 16, 16)).astype(np.float32))
        sizes.add(len(pickle.dumps(observer)))
    assert len(sizes) == 1
