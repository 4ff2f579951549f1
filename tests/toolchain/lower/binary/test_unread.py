"""What nobody reads is left out of a binary network, and what is left says the same in every bit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from edgec.lower.binary import Kernel, binary_conv_int8, with_doubled, without_unread
from edgec_runtime.kernels import reference
from edgec_runtime.kernels.reference import Affine


def affine(random: np.random.Generator, outs: int, slope: float) -> Affine:
    scale, bias, shift = random.standard_normal((3, outs)).astype(np.float32)
    return Affine(scale * 2, bias * 8, np.full(outs, slope, np.float32), shift)


@given(
    channels=st.integers(1, 70),
    outs=st.integers(1, 40),
    x_levels=st.sampled_from([(1,), (2, 1), (4, 2, 1)]),
    thresholds=st.sampled_from([1, 3, 7]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=25, deadline=None)
def test_bits_alone_are_thresholds_of_the_dot_product(
    channels: int, outs: int, x_levels: tuple[int, ...], thresholds: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    x = reference.pack(random.random((1, 4, 5, len(x_levels), channels)) < 0.5)
    weights = random.standard_normal((outs, channels, 3, 3))
    steps = np.sort(random.integers(-129, 130, (thresholds, outs)), 0).astype(np.int32)
    parts = affine(random, outs, 0.25)
    made = binary_conv_int8("y", "x", Kernel(weights, x_levels), parts, steps)
    tensors = {tensor.name: tensor for tensor in made.initializers}

    (node,), constants = without_unread([made.node], tensors, ["y.bits"])

    assert (node.op_type, list(node.output)) == ("BinaryConv", ["y.bits"])
    w, limits = (numpy_helper.to_array(tensor) for tensor in constants)
    first = numpy_helper.to_array(tensors["y.w"])
    dot = reference.dots(x, first, channels, x_levels, (1,))
    _, expected = reference.binary_conv_int8(dot, parts, steps)
    found = reference.binary_conv(reference.dots(x, w, channels, x_levels, (1,)), limits)
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("read", ["y", "both"])
def test_a_stream_that_is_read_stays(read: str) -> None:
    random = np.random.default_rng(0)
    kernel = Kernel(random.standard_normal((8, 8, 3, 3)))
    made = binary_conv_int8("y", "x", kernel, affine(random, 8, 0.25), np.zeros((1, 8)))
    tensors = {tensor.name: tensor for tensor in made.initializers}
    (node,), constants = without_unread([made.node], tensors, ["y"] if read == "y" else ["y", "y.bits"])
    assert (node.op_type, list(node.output)) == ("BinaryConvInt8", ["y", "y.bits"])
    assert len(constants) == len(tensors)


def test_what_bends_back_keeps_its_numbers() -> None:
    """With a negative slope, a dot product in the middle gives the least."""
    random = np.random.default_rng(0)
    parts = replace(affine(random, 8, -0.5), bias=np.zeros(8, np.float32))
    kernel = Kernel(random.standard_normal((8, 8, 3, 3)))
    made = binary_conv_int8("y", "x", kernel, parts, np.full((1, 8), 10))
    tensors = {tensor.name: tensor for tensor in made.initializers}
    (node,), _ = without_unread([made.node], tensors, ["y.bits"])
    assert (node.op_type, list(node.output)) == ("BinaryConvInt8", ["", "y.bits"])


def test_a_map_to_be_doubled_comes_along() -> None:
    random = np.random.default_rng(0)
    kernel = Kernel(random.standard_normal((32, 64, 3, 3)))
    made = binary_conv_int8("y", "x", kernel, affine(random, 32, 0.25), np.zeros((1, 32)))
    made = with_doubled(made, "up", 32)
    tensors = {tensor.name: tensor for tensor in made.initializers}
    (node,), _ = without_unread([made.node], tensors, ["y.bits"])
    assert node.op_type == "BinaryConvUp"
    assert list(node.input) == ["x", "y.w.bits", "y.thresholds.bits", "up"]
