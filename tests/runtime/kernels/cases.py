"""Networks of one operator of com.edgec, drawn by hypothesis, with what reference.py says they give."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from onnx import TensorProto, helper

from edgec.lower import binary
from edgec.lower.binary import Kernel, Made
from edgec.lower.binary.nodes import UP
from edgec_runtime.kernels import reference
from edgec_runtime.kernels.reference import WORD, Affine

Tensor = npt.NDArray[np.generic]
_TYPES = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32, "int8": TensorProto.INT8}


@dataclass(frozen=True)
class Case:
    """A network of one node, its inputs, and the outputs in order."""

    made: Made
    feeds: dict[str, Tensor]
    expected: tuple[Tensor, ...]

    def model(self, opset: int = 21) -> bytes:
        return network(
            [self.made], self.feeds, dict(zip(self.made.outputs, self.expected, strict=True)), opset
        )


def network(
    parts: Sequence[Made], feeds: dict[str, Tensor], outputs: dict[str, Tensor], opset: int = 21
) -> bytes:
    """The nodes with free sizes of their inputs and outputs, and the bodies of their operators."""
    graph = helper.make_graph(
        [part.node for part in parts],
        "net",
        [_value(name, array) for name, array in feeds.items()],
        [_value(name, array) for name, array in outputs.items()],
        [tensor for part in parts for tensor in part.initializers],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    binary.add_functions(model)
    return bytes(model.SerializeToString())


def _value(name: str, array: Tensor) -> object:
    return helper.make_tensor_value_info(name, _TYPES[array.dtype.name], [None] * array.ndim)


@dataclass(frozen=True)
class Sizes:
    """Of one convolution. `seed`: of what is in its tensors."""

    n: int
    h: int
    w: int
    channels: int
    outs: int
    kernel: int
    x_levels: tuple[int, ...]
    w_levels: tuple[int, ...]
    thresholds: int
    seed: int


LEVELS = st.sampled_from([(1,), (3,), (2, 1), (9, 4), (4, 2, 1), (21, 10, 3)])
CHANNELS = st.one_of(st.integers(1, 100), st.sampled_from([32, 64, 96, 128, 160, 256]))
THRESHOLDS = st.sampled_from([1, 3, 7])
SIZES = st.builds(
    Sizes,
    n=st.integers(1, 2),
    h=st.integers(1, 9),
    w=st.integers(1, 28),
    channels=CHANNELS,
    outs=CHANNELS,
    kernel=st.sampled_from([1, 3]),
    x_levels=LEVELS,
    w_levels=LEVELS,
    thresholds=THRESHOLDS,
    seed=st.integers(0, 2**32 - 1),
)
PLAIN = ("BinaryConv", "BinaryConvFloat", "BinaryConvInt8", "BinaryConvAdd")
FORMS = PLAIN + tuple(form + UP for form in PLAIN)


def convolution(form: str, sizes: Sizes) -> Case:
    """One of the eight, on random bits; thresholds lie near zero, where the sums are."""
    if not form.endswith(UP):
        return _convolution(form, sizes, {"x": _packed(sizes)})
    skip, up = (WORD * (1 + sizes.channels % count) for count in (3, 4))
    small = replace(sizes, channels=up, seed=sizes.seed + 1)
    large = replace(sizes, channels=skip, h=2 * sizes.h, w=2 * sizes.w)
    case = _convolution(
        form.removesuffix(UP),
        replace(sizes, channels=skip + up),
        {"x": _packed(large), "up": _packed(small)},
    )
    return Case(binary.with_doubled(case.made, "up", up), case.feeds, case.expected)


def _convolution(form: str, sizes: Sizes, feeds: dict[str, reference.Words]) -> Case:
    random = np.random.default_rng(sizes.seed + 2)
    x = reference.joined(feeds["x"], feeds["up"]) if "up" in feeds else feeds["x"]
    weights = random.standard_normal(
        (len(sizes.w_levels), sizes.outs, sizes.channels, sizes.kernel, sizes.kernel)
    )
    kernel = Kernel(weights, sizes.x_levels, sizes.w_levels)
    packed = binary.pack_weights(weights)
    dot = reference.dots(x, packed, sizes.channels, sizes.x_levels, sizes.w_levels)
    if form == "BinaryConv":
        steps = np.sort(random.integers(-40, 40, (sizes.thresholds, sizes.outs)), 0).astype(np.int32)
        return Case(binary.binary_conv("y", "x", kernel, steps), feeds, (reference.binary_conv(dot, steps),))
    affine = _affine(random, sizes.outs)
    if form == "BinaryConvFloat":
        made = binary.binary_conv_float("y", "x", kernel, affine)
        return Case(made, feeds, (reference.binary_conv_float(dot, affine),))
    steps = np.sort(random.integers(-129, 130, (sizes.thresholds, sizes.outs)), 0).astype(np.int32)
    if form == "BinaryConvInt8":
        made = binary.binary_conv_int8("y", "x", kernel, affine, steps)
        return Case(made, feeds, reference.binary_conv_int8(dot, affine, steps))
    shortcut = random.integers(-128, 128, dot.shape).astype(np.int8)
    scale = random.standard_normal(sizes.outs).astype(np.float32)
    made = binary.binary_conv_add("y", "x", kernel, affine, steps, "s", scale)
    expected = reference.binary_conv_add(dot, affine, steps, shortcut, scale)
    return Case(made, feeds | {"s": shortcut}, expected)


def byte_convolution(sizes: Sizes) -> Case:
    """Int8Conv; as many channels as it takes at most."""
    random = np.random.default_rng(sizes.seed)
    channels = 1 + sizes.channels % 16
    x = random.integers(-128, 128, (sizes.n, sizes.h, sizes.w, channels)).astype(np.int8)
    weights = random.integers(-128, 128, (sizes.outs, channels, sizes.kernel, sizes.kernel)).astype(np.int8)
    zero = int(random.choice([-128, 0, 5, 127]))
    dot = reference.byte_dots(x, weights.transpose(0, 2, 3, 1), zero)
    affine = _affine(random, sizes.outs)
    affine = Affine(affine.scale / 1024, affine.bias, affine.slope, affine.shift)
    steps = np.sort(random.integers(-129, 130, (sizes.thresholds, sizes.outs)), 0).astype(np.int32)
    made = binary.int8_conv("y", "x", weights, zero, affine, steps)
    return Case(made, {"x": x}, reference.binary_conv_int8(dot, affine, steps))


def last_convolution(sizes: Sizes) -> Case:
    """StreamConvFloat; of few channels out, as the end of a network."""
    random = np.random.default_rng(sizes.seed)
    outs = 1 + sizes.outs % 5
    x = random.integers(-128, 128, (sizes.n, sizes.h, sizes.w, sizes.channels)).astype(np.int8)
    weights = random.integers(-63, 64, (outs, sizes.channels)).astype(np.int8)
    scale, bias = random.standard_normal((2, outs)).astype(np.float32)
    made = binary.stream_conv_float("y", "x", weights, scale, bias)
    return Case(made, {"x": x}, (reference.stream_conv_float(x, weights, scale, bias),))


def _affine(random: np.random.Generator, outs: int) -> Affine:
    """Values that often lie halfway between integers, or beyond int8."""
    scale = random.choice([0.5, 0.25, -1.5, 0.3, 0.0, 7.0], outs)
    bias = random.choice([0.0, 0.5, -3.25, 100.3], outs)
    slope, shift = random.choice([0.25, 1.0, 0.1, -0.5], outs), random.choice([0.0, 0.5, 9.7], outs)
    return Affine(*(np.asarray(values, np.float32) for values in (scale, bias, slope, shift)))


def packing(sizes: Sizes, integers: bool) -> Case:
    """BitPack or BitPackInt8; some values are equal to a threshold, some floats are no numbers."""
    random = np.random.default_rng(sizes.seed)
    steps = np.sort(random.integers(-128, 128, (sizes.thresholds, sizes.channels)), 0)
    values = random.integers(-128, 128, (sizes.n, sizes.h, sizes.w, sizes.channels))
    if integers:
        stream, bounds = values.astype(np.int8), steps.astype(np.int32)
        expected = reference.bit_pack_int8(stream, bounds)
        return Case(binary.bit_pack_int8("y", "x", bounds), {"x": stream}, (expected,))
    x, limits = np.float32(values / 4).transpose(0, 3, 1, 2).copy(), np.float32(steps / 4)
    x[random.random(x.shape) < 0.05] = np.nan
    return Case(binary.bit_pack("y", "x", limits), {"x": x}, (reference.bit_pack(x, limits),))


def _packed(sizes: Sizes) -> reference.Words:
    random = np.random.default_rng(sizes.seed)
    shape = (sizes.n, sizes.h, sizes.w, len(sizes.x_levels), sizes.channels)
    return reference.pack(random.random(shape) < 0.5)


def unpacking(sizes: Sizes) -> Case:
    x = _packed(sizes)
    made = binary.bit_unpack("y", "x", sizes.channels, sizes.x_levels)
    return Case(made, {"x": x}, (reference.bit_unpack(x, sizes.channels, sizes.x_levels),))


def pooling(sizes: Sizes) -> Case:
    x = _packed(sizes)
    x = np.pad(x, [(0, 0), (0, sizes.h == 1), (0, sizes.w == 1), (0, 0), (0, 0)])
    return Case(binary.bit_max_pool("y", "x"), {"x": x}, (reference.bit_max_pool(x),))


def enlarging(sizes: Sizes) -> Case:
    x = _packed(sizes)
    return Case(binary.bit_upsample("y", "x"), {"x": x}, (reference.bit_upsample(x),))
