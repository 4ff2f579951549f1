import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edgec.errors import QuantizationError
from edgec.quantize.affine import Affine, affine

LOW, HIGH = st.floats(-1e6, 0, width=32), st.floats(0, 1e6, width=32)


def rounded(value: float, scale: Affine, least: int) -> float:
    """`value` to an integer, as QuantizeLinear does, and back."""
    integer = min(max(round(value / scale.scale) + scale.zero_point, least), least + 255)
    return (integer - scale.zero_point) * scale.scale


@given(low=LOW, high=HIGH, share=st.floats(0, 1))
@example(low=-1.0, high=1.0, share=0.0)
@example(low=0.0, high=1e-30, share=1.0)
def test_values_come_back_within_half_a_step_and_zero_exactly(low: float, high: float, share: float) -> None:
    found = affine("t", low, high, "uint8")
    value = low + share * (high - low)
    assert rounded(0.0, found, 0) == 0.0
    assert abs(rounded(value, found, 0) - value) <= found.scale * (0.5 + 1e-4)


@given(low=LOW, high=HIGH)
def test_int8_differs_by_128_in_the_zero_point_alone(low: float, high: float) -> None:
    unsigned, signed = affine("t", low, high, "uint8"), affine("t", low, high, "int8")
    assert signed.scale == unsigned.scale
    assert signed.zero_point == unsigned.zero_point - 128
    assert 0 <= unsigned.zero_point <= 255


@given(low=LOW, high=HIGH)
def test_scale_is_a_normal_float32_and_the_finest(low: float, high: float) -> None:
    scale = affine("t", low, high, "int8").scale
    assert scale == float(np.float32(scale)) >= np.finfo(np.float32).tiny
    if high - low > 1e-30:
        assert scale * 255 == pytest.approx(high - low, rel=1e-6)


@given(high=HIGH)
def test_what_is_never_negative_has_its_zero_at_the_end(high: float) -> None:
    assert affine("t", 0.0, high, "uint8").zero_point == 0
    assert affine("t", 0.0, high, "int8").zero_point == -128


def test_constant_tensors() -> None:
    assert affine("zero", 0.0, 0.0, "uint8") == Affine(float(np.float32(1 / 255)), 0)
    assert affine("three", 0.0, 3.0, "uint8") == Affine(float(np.float32(3 / 255)), 0)
    assert affine("minus three", -3.0, 0.0, "int8") == Affine(float(np.float32(3 / 255)), 127)


@pytest.mark.parametrize(
    ("low", "high"),
    [(math.nan, 1.0), (0.0, math.nan), (-math.inf, 0.0), (0.0, math.inf), (1.0, 2.0), (-2.0, -1.0)],
)
def test_range_that_is_none_names_the_tensor(low: float, high: float) -> None:
    with pytest.raises(QuantizationError, match="'relu_3'"):
        affine("relu_3", low, high, "uint8")


def test_range_too_wide_for_a_float32_scale() -> None:
    with pytest.raises(QuantizationError, match="too wide"):
        affine("t", -1e300, 1e300, "uint8")
