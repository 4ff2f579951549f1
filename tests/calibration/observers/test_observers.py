"""What all observers keep to."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edgec_calibration.methods import METHODS
from edgec_calibration.observers import OBSERVERS

REAL = st.floats(-1e6, 1e6, width=32)
SAMPLES = st.lists(arrays(np.float32, array_shapes(max_dims=3, max_side=5), elements=REAL), min_size=1)
WITHOUT_ORDER = [method for method in METHODS if method != "moving-average"]


def observed(method: str, samples: list[np.ndarray]) -> tuple[float, float]:
    observer = OBSERVERS[method]()
    for sample in samples:
        observer.update(sample)
    return observer.range()


def test_every_word_has_an_observer() -> None:
    assert tuple(OBSERVERS) == METHODS


@pytest.mark.parametrize("method", METHODS)
@given(samples=SAMPLES)
def test_range_holds_zero_and_nothing_beyond_what_was_seen(method: str, samples: list[np.ndarray]) -> None:
    low, high = observed(method, samples)
    seen = np.concatenate([sample.ravel() for sample in samples])
    assert min(0.0, float(seen.min())) <= low <= 0 <= high <= max(0.0, float(seen.max()))


@pytest.mark.parametrize("method", WITHOUT_ORDER)
@given(samples=SAMPLES, data=st.data())
def test_neither_order_nor_cuts_change_the_range(
    method: str, samples: list[np.ndarray], data: st.DataObject
) -> None:
    found = observed(method, samples)
    assert observed(method, data.draw(st.permutations(samples))) == found
    assert observed(method, [np.concatenate([sample.ravel() for sample in samples])]) == found


@pytest.mark.parametrize("method", METHODS)
def test_values_that_are_all_the_same(method: str) -> None:
    for value in (0.0, 2.5, -2.5, 1e-38, -1e-38, 3e38):
        sample = np.full((1, 2, 3, 3), value, np.float32)
        assert observed(method, [sample, sample]) == (
            min(0.0, np.float32(value)),
            max(0.0, np.float32(value)),
        )


@pytest.mark.parametrize("method", METHODS)
def test_state_does_not_grow_with_the_samples(method: str) -> None:
    observer = OBSERVERS[method]()
    random = np.random.default_rng(1)
    sizes = set()
    for scale in range(1, 40):
        observer.update(random.normal(scale=scale, size=(1, 4, 16, 16)).astype(np.float32))
        sizes.add(len(pickle.dumps(observer)))
    assert len(sizes) == 1


@pytest.mark.parametrize("method", ["percentile", "entropy", "mse"])
@pytest.mark.parametrize("side", [-1, 1])
def test_one_wild_value_in_a_million_is_clipped_on_either_side(method: str, side: int) -> None:
    values = np.random.default_rng(0).normal(size=1_000_000).astype(np.float32)
    values[0] = 40.0 * side
    low, high = observed(method, [values])
    assert max(-low, high) < 20
    assert min(-low, high) > 2.5  # and the other side keeps what it has


@pytest.mark.parametrize("method", ["percentile", "entropy", "mse"])
def test_an_even_distribution_is_not_clipped(method: str) -> None:
    values = np.random.default_rng(0).uniform(-1, 3, 500_000).astype(np.float32)
    low, high = observed(method, [values])
    assert low == pytest.approx(-1, abs=0.02)
    assert high == pytest.approx(3, abs=0.05)
