import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgec.errors import QuantizationError
from edgec.quantize.weights import Weights, quantize_weights

Array = npt.NDArray[np.float32]
NONE = np.zeros(4)
WEIGHTS = arrays(np.float32, (4, 4, 2, 2), elements=st.floats(-100, 100, width=32))


def quantized(
    weight: Array, axis: int = 0, *, per_channel: bool = True, reduce_range: bool = False
) -> Weights:
    return quantize_weights("w", weight, NONE, axis=axis, per_channel=per_channel, reduce_range=reduce_range)


def real(weights: Weights, axis: int) -> Array:
    shape = [1, 1, 1, 1]
    if weights.scale.ndim:
        shape[axis] = -1
    return weights.integers * weights.scale.reshape(shape)


@given(weight=WEIGHTS, axis=st.sampled_from([0, 1]), per_channel=st.booleans(), reduce_range=st.booleans())
def test_weights_come_back_within_half_a_step(
    weight: Array, axis: int, per_channel: bool, reduce_range: bool
) -> None:
    found = quantized(weight, axis, per_channel=per_channel, reduce_range=reduce_range)
    limit = 64 if reduce_range else 127
    assert found.integers.dtype == np.int8
    assert np.abs(found.integers.astype(int)).max(initial=0) <= limit
    assert found.scale.shape == ((4,) if per_channel else ())
    assert (found.scale > 0).all()
    step = (
        found.scale.reshape([-1 if place == axis else 1 for place in range(4)])
        if per_channel
        else found.scale
    )
    assert (np.abs(real(found, axis) - weight) <= step * (0.5 + 1e-3)).all()


@given(weight=WEIGHTS, axis=st.sampled_from([0, 1]))
def test_each_channel_uses_the_whole_range(weight: Array, axis: int) -> None:
    found = quantized(weight, axis)
    channels = np.moveaxis(found.integers.astype(int), axis, 0).reshape(4, -1)
    filled = np.abs(np.moveaxis(weight, axis, 0).reshape(4, -1)).max(axis=1) > 1e-30
    assert (np.abs(channels).max(axis=1)[filled] == 127).all()


def test_reduced_range_can_not_saturate_a_pair_of_products() -> None:
    found = quantized(np.full((4, 1, 1, 1), -3.0, np.float32), reduce_range=True)
    assert 2 * 255 * int(np.abs(found.integers).max()) < 2**15


def test_channel_of_zeros_gets_the_greatest_scale_of_the_others() -> None:
    weight = np.zeros((4, 1, 1, 1), np.float32)
    weight[1], weight[2] = 2.54, 1.27
    found = quantized(weight)
    assert found.scale == pytest.approx([0.02, 0.02, 0.01, 0.02])
    assert found.integers.ravel().tolist() == [0, 127, 127, 0]


def test_weight_of_zeros() -> None:
    found = quantized(np.zeros((4, 1, 1, 1), np.float32))
    assert not found.integers.any()
    assert found.scale == pytest.approx(1 / 127)


def test_least_scale_is_kept() -> None:
    weight = np.full((4, 1, 1, 1), 1.27, np.float32)
    least = np.array([0.0, 0.005, 0.02, 1e6])
    found = quantize_weights("w", weight, least, axis=0, per_channel=True, reduce_range=False)
    assert found.scale == pytest.approx([0.01, 0.01, 0.02, 1e6])
    assert found.integers.ravel().tolist() == [127, 127, 64, 0]


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_weight_that_is_not_finite_is_named(wrong: float) -> None:
    weight = np.ones((4, 1, 1, 1), np.float32)
    weight[3] = wrong
    with pytest.raises(QuantizationError, match="'w' is not finite"):
        quantized(weight)


def test_denormal_weights_have_a_scale() -> None:
    found = quantized(np.full((4, 2, 1, 1), 1e-45, np.float32), 0, per_channel=True, reduce_range=False)
    assert (found.scale > 0).all()
    assert not found.integers.any()
