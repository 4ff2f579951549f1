"""Weights, levels and thresholds say in integers what training said in floats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgec.errors import QuantizationError
from edgec.lower.binary import dot_thresholds, integer_levels, largest_levels, pack_weights, residual_steps
from edgec_runtime.kernels import reference

SCALES = st.floats(-2, 2, width=32).filter(lambda x: x == 0 or abs(x) > 1e-3)


@given(
    seed=st.integers(0, 2**32 - 1),
    levels=st.integers(1, 3),
    channels=st.integers(1, 70),
    kernel=st.sampled_from([1, 3]),
)
def test_packed_weights_are_the_signs(seed: int, levels: int, channels: int, kernel: int) -> None:
    weights = np.random.default_rng(seed).standard_normal((levels, 5, channels, kernel, kernel))
    bits = reference.unpack(pack_weights(weights), channels)
    np.testing.assert_array_equal(bits, weights.transpose(1, 3, 4, 0, 2) >= 0)
    np.testing.assert_array_equal(pack_weights(weights[0]), pack_weights(weights[:1]))


@given(scale=SCALES, bias=st.floats(-50, 50), seed=st.integers(0, 99))
def test_thresholds_decide_as_the_float_does(scale: float, bias: float, seed: int) -> None:
    bound = 90
    steps = np.sort(np.random.default_rng(seed).uniform(-20, 20, 3))
    found, inverted = dot_thresholds(np.array([scale]), np.array([bias]), steps, bound)
    dot = np.arange(-bound, bound + 1)
    met = (-dot if inverted[0] else dot)[:, None] >= found[:, 0]
    distance = scale * dot[:, None] + bias - steps
    clear = np.abs(distance) > 1e-9
    np.testing.assert_array_equal(met[clear], (distance >= 0)[clear])
    assert np.all(np.diff(found, axis=0) >= 0)


@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=3).map(lambda g: sorted(g, reverse=True)))
def test_levels_keep_their_ratios(gammas: list[float]) -> None:
    multiples, unit = integer_levels(gammas, largest=200)
    assert min(multiples) >= 1
    assert sum(multiples) <= 200 or len(gammas) == 1
    np.testing.assert_allclose(np.array(multiples) * unit, gammas, atol=0.02 * max(gammas))


@pytest.mark.parametrize("gammas", [[], [1, 0], [1, -1], [np.nan], [1, 1, 1, 1]])
def test_levels_that_are_none_are_refused(gammas: list[float]) -> None:
    with pytest.raises(QuantizationError, match="residual levels"):
        integer_levels(gammas, 100)


def test_the_largest_levels_keep_dots_exact() -> None:
    assert largest_levels(1024, 3) * 1024 * 9 < 2**24
    assert (largest_levels(1024, 3) + 1) * 1024 * 9 >= 2**24


@given(
    value=st.floats(-4, 4, allow_nan=False),
    gammas=st.sampled_from([[1.0], [1.0, 0.5], [1.0, 0.6, 0.3], [1.0, 0.5, 0.5]]),
)
def test_steps_give_the_code_of_residual_binarization(value: float, gammas: list[float]) -> None:
    left, code = value, 0
    for gamma in gammas:
        bit = left >= 0
        code, left = 2 * code + bit, left - (gamma if bit else -gamma)
    if np.min(np.abs(residual_steps(gammas) - value)) > 1e-9:
        assert code == np.sum(value >= residual_steps(gammas))


def test_levels_whose_codes_would_not_ascend_are_refused() -> None:
    with pytest.raises(QuantizationError, match="do not ascend"):
        residual_steps([0.3, 0.9, 0.1])
