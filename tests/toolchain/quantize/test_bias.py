import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgec.errors import QuantizationError
from edgec.quantize.bias import least_weight_scale, quantize_bias
from edgec.quantize.weights import quantize_weights

BIAS = st.floats(-1e6, 1e6, width=32)


@given(biases=st.lists(BIAS, min_size=1, max_size=8), scale=st.floats(2**-10, 1, width=32))
def test_bias_comes_back_within_half_a_step(biases: list[float], scale: float) -> None:
    bias, scales = np.array(biases, np.float32), np.full(len(biases), scale, np.float32)
    found = quantize_bias("b", bias, scales)
    assert found.dtype == np.int32
    assert (np.abs(found.astype(np.float64) * scale - bias) <= scale * (0.5 + 1e-6)).all()


@given(bias=BIAS, weight=st.floats(0, 2**-20, width=32), input_scale=st.floats(2**-20, 8, width=32))
def test_weight_scale_is_raised_until_the_bias_fits(bias: float, weight: float, input_scale: float) -> None:
    biases, weights = np.array([bias], np.float32), np.full((1, 1, 1, 1), weight, np.float32)
    least = least_weight_scale("b", biases, input_scale)
    scale = quantize_weights("w", weights, least, axis=0, per_channel=True, reduce_range=False).scale
    product = scale * np.float32(input_scale)
    found = quantize_bias("b", biases, product)
    assert abs(int(found[0])) <= 2**30 * (1 + 1e-6)
    assert product[0] >= np.finfo(np.float32).tiny * (1 - 1e-6)


def test_no_channel_is_held_back_without_need() -> None:
    assert least_weight_scale("b", np.array([0.0, 5.0], np.float32), 0.02).max() < 1e-6


def test_bias_that_does_not_fit_is_named() -> None:
    with pytest.raises(QuantizationError, match=r"'conv\.bias' does not fit"):
        quantize_bias("conv.bias", np.array([1.0], np.float32), np.array([1e-10], np.float32))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_bias_that_is_not_finite_is_named(wrong: float) -> None:
    with pytest.raises(QuantizationError, match="'b' is not finite"):
        least_weight_scale("b", np.array([0.0, wrong], np.float32), 1.0)
