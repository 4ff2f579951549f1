"""Each operator in torch beside ONNX Runtime, on graphs of that one operator."""

import re

import numpy as np
import pytest
import torch
from tests.toolchain.quantize.networks import network, run, values

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.qat.simulation import as_network

W, B = values(3, 2, 3, 3, seed=1), values(3, seed=2)
UP = values(2, 3, 4, 4, seed=3)
PIXELS = values(1, 2, 1, 1, seed=4)
MOMENTS = {name: np.abs(values(2, seed=seed)) + 0.5 for seed, name in enumerate("smv")}
INTEGERS = {
    "starts": np.array([1, 0], np.int64),
    "ends": np.array([2**62, -1], np.int64),
    "axes": np.array([2, 3], np.int64),
    "steps": np.array([2, 1], np.int64),
    "pads": np.array([1, 2, 0, 1], np.int64),
    "cut": np.array([0, 0, -1, 1, 0, 0, 2, -2], np.int64),
    "sizes": np.array([16, 12], np.int64),
    "order": np.array([1, 0], np.int64),
    "shape": np.array([0, -1, 8, 4], np.int64),
    "back": np.array([-1, 1], np.int64),
    "two": np.array([[1, 0]], np.int64),
}
LIMITS = {"low": np.array(-0.5, np.float32), "high": np.array(0.25, np.float32)}
SCALES = np.array([1, 1, 2, 2], np.float32)

BODIES = {
    "Conv": "map = Conv <pads = [1, 1, 1, 1]> (image, w, b)",
    "Conv, uneven": "map = Conv <pads = [0, 2, 1, 0], strides = [2, 1], dilations = [1, 2]> (image, w)",
    "Conv, depthwise": "map = Conv <group = 2> (image, d)",
    "ConvTranspose": "map = ConvTranspose <strides = [2, 2]> (image, up, b)",
    "ConvTranspose, padded": "map = ConvTranspose <strides = [2, 3], pads = [1, 0, 1, 2]> (image, up, b)",
    "ConvTranspose, extended": "map = ConvTranspose <strides = [2, 2], output_padding = [1, 0]> (image, up)",
    "MaxPool": "map = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (image)",
    "MaxPool, padded": "map = MaxPool <kernel_shape = [3, 3], strides = [2, 2], pads = [0, 1, 1, 0]> (image)",
    "AveragePool": "map = AveragePool <kernel_shape = [3, 3], pads = [1, 1, 1, 1]> (image)",
    "AveragePool, border": (
        "map = AveragePool <kernel_shape = [3, 3], pads = [1, 1, 1, 1], count_include_pad = 1> (image)"
    ),
    "GlobalAveragePool": "map = GlobalAveragePool (image)",
    "GlobalMaxPool": "map = GlobalMaxPool (image)",
    "Add": "map = Add (image, p)",
    "Sub": "map = Sub (p, image)",
    "Mul": "map = Mul (image, image)",
    "Div": "map = Div (image, p)",
    "Relu": "map = Relu (image)",
    "Clip": "map = Clip (image, low, high)",
    "Clip, one limit": "map = Clip (image, , high)",
    "Clip, no limit": "map = Clip (image)",
    "Sigmoid": "map = Sigmoid (image)",
    "Tanh": "map = Tanh (image)",
    "Softmax": "map = Softmax <axis = 1> (image)",
    "LeakyRelu": "map = LeakyRelu <alpha = 0.3> (image)",
    "PRelu": "map = PRelu (image, p)",
    "Gelu": "map = Gelu (image)",
    "Gelu, tanh": 'map = Gelu <approximate = "tanh"> (image)',
    "HardSwish": "map = HardSwish (image)",
    "HardSigmoid": "map = HardSigmoid <alpha = 0.3, beta = 0.4> (image)",
    "BatchNormalization": "map = BatchNormalization (image, s, m, v, v)",
    "ReduceMean": "map = ReduceMean (image, axes)",
    "ReduceSum": "map = ReduceSum (image, axes)",
    "ReduceMax": "map = ReduceMax (image)",
    "ReduceMin": "map = ReduceMin (image, axes)",
    "Concat": "map = Concat <axis = 1> (image, image)",
    "Slice": "map = Slice (image, starts, ends, axes, steps)",
    "Pad": "map = Pad (image, pads, low, axes)",
    "Pad, cut": "map = Pad (image, cut)",
    "Pad, reflected": 'map = Pad <mode = "reflect"> (image, pads, , axes)',
    "Pad, edge": 'map = Pad <mode = "edge"> (image, pads, , axes)',
    "Resize, nearest": (
        'map = Resize <coordinate_transformation_mode = "asymmetric", nearest_mode = "floor">'
        " (image, , scales)"
    ),
    "Resize, nearest, half": (
        'map = Resize <mode = "nearest", nearest_mode = "round_prefer_ceil", axes = [2, 3]>'
        " (image, , , sizes)"
    ),
    "Resize, bilinear": 'map = Resize <mode = "linear", axes = [2, 3]> (image, , , sizes)',
    "Resize, corners": (
        'map = Resize <mode = "linear", coordinate_transformation_mode = "align_corners"> (image, , scales)'
    ),
    "DepthToSpace, DCR": "map = DepthToSpace <blocksize = 2> (eight)",
    "DepthToSpace, CRD": 'map = DepthToSpace <blocksize = 2, mode = "CRD"> (eight)',
    "SpaceToDepth": "map = SpaceToDepth <blocksize = 2> (image)",
    "Gather": "map = Gather <axis = 1> (image, order)",
    "Transpose": "map = Transpose <perm = [0, 1, 3, 2]> (image)",
    "Reshape": "map = Reshape (image, shape)",
}
CONSTANTS = {
    **INTEGERS,
    **LIMITS,
    **MOMENTS,
    "w": W,
    "b": B,
    "d": W[:2, :1].copy(),
    "up": UP,
    "p": PIXELS,
    "scales": SCALES,
}


def graph_of(body: str) -> Graph:
    if "(eight)" in body:
        body = f"eight = Concat <axis = 1> (image, image, image, image) {body}"
    named = re.findall(r"\w+", body)
    return network(body, **{name: data for name, data in CONSTANTS.items() if name in named})


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_as_onnx_runtime_computes_it(body: str) -> None:
    graph, image = graph_of(body), values(2, 2, 8, 8, seed=9)
    found = as_network(graph)(torch.from_numpy(image)).detach().numpy()
    wanted = run(graph, image)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


REFUSED = {
    "map = Elu (image)": "cannot simulate Elu .*: the operator is not known there",
    "map, rest = Split <axis = 1, num_outputs = 2> (image) other = Relu (rest)": "Split .* more than",
    'map = Conv <auto_pad = "SAME_UPPER"> (image, w)': "Conv .* pads depend on the image's size",
    'map = Resize <mode = "cubic"> (image, , scales)': "Resize .* cubic, half_pixel: torch has no such rule",
    'map = Pad <mode = "wrap"> (image, pads, , axes)': "Pad .*: only height and width, with a constant",
    "map = Slice (image, ends, starts, axes, back)": "Slice .*: only forward",
    "five = Gather <axis = 1> (image, two) map = Reshape (five, shape)": "Gather .*: only by a list",
}


@pytest.mark.parametrize(("body", "message"), REFUSED.items(), ids=[body.split(" (")[0] for body in REFUSED])
def test_what_torch_cannot_do_is_named(body: str, message: str) -> None:
    with pytest.raises(UnsupportedOperatorError, match=message):
        as_network(graph_of(body))(torch.from_numpy(values(1, 2, 8, 8)))
