"""Networks of random weights in pairs of one shape: binary ones, and float ones to be quantized."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper
from torch import nn

from edgec.lower import binary
from edgec.lower.binary import Kernel, Made
from edgec_runtime.kernels.reference import Affine

Numbers = npt.NDArray[np.generic]
DEPTH = 4


class Bits(NamedTuple):
    """Packed bits; `up`: others, half as high and wide, that join them doubled."""

    name: str
    channels: int
    up: tuple[str, int] | None = None

    @property
    def all_channels(self) -> int:
        """With what joins them."""
        return self.channels + (0 if self.up is None else self.up[1])


def _joined(made: Made, x: Bits) -> Made:
    return made if x.up is None else binary.with_doubled(made, *x.up)


class Network:
    """An ONNX network in the making; each method adds a node and gives the name of its output."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(0)
        self._nodes: list[NodeProto] = []
        self._tensors: list[TensorProto] = []

    def add(self, made: Made) -> tuple[str, ...]:
        """A node of com.edgec; gives its outputs."""
        self._nodes.append(made.node)
        self._tensors += made.initializers
        return made.outputs

    def standard(self, operator: str, inputs: Sequence[str | Numbers], **attributes: object) -> str:
        """A standard operator; arrays among the inputs become initializers."""
        name, names = f"n{len(self._nodes)}", []
        for place, given in enumerate(inputs):
            if not isinstance(given, str):
                self._tensors.append(numpy_helper.from_array(given, f"{name}.{place}"))
                given = f"{name}.{place}"
            names.append(given)
        self._nodes.append(helper.make_node(operator, names, [name], name, **attributes))
        return name

    def kernel(self, channels: int, outs: int, x_levels: Sequence[int] = (1,)) -> Kernel:
        """3x3 weights."""
        return Kernel(self._random.standard_normal((outs, channels, 3, 3)), x_levels)

    def conv(self, x: Bits, outs: int, levels: int = 1) -> Bits:
        """Bits to bits, with `levels` levels of both."""
        kernel = self.kernel(x.all_channels, outs, (1,) if levels == 1 else (2, 1))
        steps = np.sort(self._random.integers(-50, 50, (2**levels - 1, outs)), 0)
        made = binary.binary_conv(self._name(), x.name, kernel, steps)
        return Bits(self.add(_joined(made, x))[0], outs)

    def stream(self, x: Bits, outs: int, shortcut: str | None = None) -> tuple[str, Bits]:
        """Bits to an int8 stream and its bits; with a shortcut that is added."""
        kernel, bounds = self.kernel(x.all_channels, outs), self._random.integers(-20, 20, (1, outs))
        affine, name = self._affine(outs), self._name()
        if shortcut is None:
            made = binary.binary_conv_int8(name, x.name, kernel, affine, bounds)
        else:
            half = np.full(outs, 0.5)
            made = binary.binary_conv_add(name, x.name, kernel, affine, bounds, shortcut, half)
        found = self.add(_joined(made, x))
        return found[0], Bits(found[1], outs)

    def _affine(self, outs: int) -> Affine:
        scale, bias, shift = self._random.standard_normal((3, outs)).astype(np.float32)
        return Affine(scale * 0.5, bias * 10, np.full(outs, 0.25, np.float32), shift)

    def _name(self) -> str:
        return f"b{len(self._nodes)}"

    def stem(self, image: str, outs: int) -> str:
        """An image of 0..1 as bytes, to an int8 stream's bits: 3x3 int8 weights."""
        scale, zero = np.array(1 / 256, np.float32), np.array(-128, np.int8)
        planes = self.standard("QuantizeLinear", [image, scale, zero])
        rows = self.standard("Transpose", [planes], perm=[0, 2, 3, 1])
        weights = self._random.integers(-127, 128, (outs, 3, 3, 3))
        parts = self._affine(outs)
        affine = Affine(parts.scale / 1024, parts.bias, np.ones_like(parts.slope), parts.shift)
        return self.add(binary.int8_conv("stem", rows, weights, -128, affine, np.zeros((1, outs))))[1]

    def finish(self, feeds: dict[str, Numbers], output: str, kind: int, rank: int) -> bytes:
        """The network from the inputs `feeds` to `output`."""
        types = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32, "int8": TensorProto.INT8}
        inputs = [
            helper.make_tensor_value_info(name, types[array.dtype.name], array.shape)
            for name, array in feeds.items()
        ]
        outputs = [helper.make_tensor_value_info(output, kind, [None] * rank)]
        tensors = {tensor.name: tensor for tensor in self._tensors}
        nodes, constants = binary.without_unread(self._nodes, tensors, [output])
        graph = helper.make_graph(nodes, "net", inputs, outputs, constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
        binary.add_functions(model)
        return bytes(model.SerializeToString())


def binary_unet(base: int, size: int, shortcuts: bool) -> tuple[bytes, dict[str, Numbers]]:
    """A U-Net of DEPTH poolings whose inner 3x3 convolutions are binary; the first and the last are int8.

    With `shortcuts` the second convolution of each level adds the first one's int8 stream.
    """
    net, image = Network(), np.zeros((1, 3, size, size), np.float32)
    bits = Bits(net.stem("image", base), base)

    def level(x: Bits, outs: int) -> tuple[str, Bits]:
        if not shortcuts:
            return "", net.conv(net.conv(x, outs), outs)
        stream, inner = net.stream(x, outs)
        return net.stream(inner, outs, stream)

    skips = [net.stream(bits, base)[1] if shortcuts else net.conv(bits, base)]
    for depth in range(1, DEPTH + 1):
        pooled = net.add(binary.bit_max_pool(f"pool{depth}", skips[-1].name))[0]
        skips.append(level(Bits(pooled, skips[-1].channels), base << depth)[1])
    x, stream = skips.pop(), ""
    for depth in range(DEPTH - 1, -1, -1):
        joined = skips.pop()._replace(up=(x.name, x.channels))
        if depth:
            stream, x = level(joined, base << depth)
        else:
            stream, x = net.stream(joined, base)
            stream, x = net.stream(x, base, stream if shortcuts else None)
    one = np.ones(1)
    logits = net.add(binary.stream_conv_float("head", stream, np.ones((1, base)), one, one))[0]
    output = net.standard("Sigmoid", [logits])
    return net.finish({"image": image}, output, TensorProto.FLOAT, 4), {"image": image}


def binary_layers(channels: int, size: int, form: str, count: int) -> tuple[bytes, dict[str, Numbers]]:
    """`count` 3x3 convolutions in a row: 'bits', 'shortcut', or '2 levels' of activations."""
    net, levels = Network(), 2 if form == "2 levels" else 1
    random = np.random.default_rng(1)
    words = random.integers(-(2**31), 2**31, (1, size, size, levels, channels // 32)).astype(np.int32)
    feeds: dict[str, Numbers] = {"x": words}
    x, stream = Bits("x", channels), "shortcut"
    if form == "shortcut":
        feeds[stream] = random.integers(-128, 128, (1, size, size, channels)).astype(np.int8)
    for _ in range(count):
        if form == "shortcut":
            stream, x = net.stream(x, channels, stream)
        else:
            x = net.conv(x, channels, levels)
    return net.finish(feeds, x.name, TensorProto.INT32, 5), feeds


class FloatUnet(nn.Module):
    """The same shape with ReLU, to be quantized."""

    def __init__(self, base: int, channels: int = 3) -> None:
        super().__init__()
        widths = [base << depth for depth in range(DEPTH + 1)]
        self.down = nn.ModuleList(_twice(c, o) for c, o in zip([channels, *widths[:-1]], widths, strict=True))
        self.up = nn.ModuleList(_twice(3 * width, width) for width in reversed(widths[:-1]))
        self.head = nn.Conv2d(base, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) -> (N, 1, H, W)."""
        skips = []
        for number, level in enumerate(self.down):
            x = level(nn.functional.max_pool2d(x, 2) if number else x)
            skips.append(x)
        skips.pop()
        for level in self.up:
            x = level(torch.cat([skips.pop(), nn.functional.interpolate(x, scale_factor=2.0)], 1))
        return torch.sigmoid(self.head(x))


def float_layers(channels: int, count: int) -> nn.Module:
    """`count` 3x3 convolutions with ReLU in a row."""
    return nn.Sequential(*(part for _ in range(count) for part in _conv(channels, channels)))


def _twice(channels: int, outs: int) -> nn.Module:
    return nn.Sequential(*_conv(channels, outs), *_conv(outs, outs))


def _conv(channels: int, outs: int) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(channels, outs, 3, padding=1), nn.ReLU()
