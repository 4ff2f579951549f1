"""Nodes of com.edgec with their constants: what a lowering puts into an ONNX graph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, helper, numpy_helper

from edgec.lower.binary.weights import pack_weights
from edgec_runtime.kernels import DOMAIN
from edgec_runtime.kernels.reference import Affine

Numbers = npt.NDArray[np.generic]
ONE = (1,)
UP = "Up"


@dataclass(frozen=True)
class Made:
    """A node, and the initializers that it reads."""

    node: NodeProto
    initializers: tuple[TensorProto, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The node's outputs: for streams the int8 one, then the bits."""
        return tuple(self.node.output)


@dataclass(frozen=True)
class Kernel:
    """A convolution's weights.

    `weights`: float (OC, C, k, k), or (M, OC, C, k, k) for M residual levels; only signs count. `x_levels`
    and `w_levels`: what each level is worth, as `integer_levels` gives them.
    """

    weights: Numbers
    x_levels: Sequence[int] = ONE
    w_levels: Sequence[int] = ONE


def bit_pack(name: str, x: str, thresholds: Numbers) -> Made:
    """float32 (N, C, H, W) -> packed; float (T, C) `thresholds`, ascending: T 1, 3 or 7 for 1 to 3 levels."""
    return _made("BitPack", name, [x], {"thresholds": np.asarray(thresholds, np.float32)})


def bit_pack_int8(name: str, x: str, thresholds: Numbers) -> Made:
    """int8 (N, H, W, C) -> packed; integer (T, C) `thresholds`, ascending."""
    return _made("BitPackInt8", name, [x], {"thresholds": np.asarray(thresholds, np.int32)})


def bit_unpack(name: str, x: str, channels: int, levels: Sequence[int] = ONE) -> Made:
    """Packed -> float32 (N, C, H, W)."""
    return _made("BitUnpack", name, [x], {}, {"channels": channels, "levels": list(levels)})


def bit_max_pool(name: str, x: str) -> Made:
    """2x2 with stride 2, of packed bits."""
    return _made("BitMaxPool", name, [x], {})


def bit_upsample(name: str, x: str) -> Made:
    """Twice the size, nearest neighbour, of packed bits."""
    return _made("BitUpsample", name, [x], {})


def binary_conv(name: str, x: str, kernel: Kernel, thresholds: Numbers) -> Made:
    """Packed -> packed: thresholds (T, OC) of the dot product, as `dot_thresholds` gives them."""
    constants = {"w": _packed(kernel), "thresholds": np.asarray(thresholds, np.int32)}
    return _made("BinaryConv", name, [x], constants, _attributes(kernel))


def binary_conv_float(name: str, x: str, kernel: Kernel, affine: Affine) -> Made:
    """Packed -> float32 (N, OC, H, W)."""
    return _made(
        "BinaryConvFloat", name, [x], {"w": _packed(kernel), **_vectors(affine)}, _attributes(kernel)
    )


def binary_conv_int8(name: str, x: str, kernel: Kernel, affine: Affine, thresholds: Numbers) -> Made:
    """Packed -> an int8 stream, in whose unit `affine` is, and its bits by (T, OC) `thresholds`."""
    constants = {
        "w": _packed(kernel),
        **_vectors(affine),
        "thresholds": np.asarray(thresholds, np.int32),
    }
    return _made("BinaryConvInt8", name, [x], constants, _attributes(kernel))


def binary_conv_add(
    name: str,
    x: str,
    kernel: Kernel,
    affine: Affine,
    thresholds: Numbers,
    shortcut: str,
    shortcut_scale: Numbers,
) -> Made:
    """As `binary_conv_int8`, with the int8 stream `shortcut` added, times (OC,) `shortcut_scale`."""
    made = binary_conv_int8(name, x, kernel, affine, thresholds)
    scale = _tensor(f"{name}.shortcut_scale", np.asarray(shortcut_scale, np.float32))
    made.node.op_type = "BinaryConvAdd"
    made.node.input.extend([shortcut, scale.name])
    return Made(made.node, (*made.initializers, scale))


def with_doubled(made: Made, up: str, channels: int) -> Made:
    """A binary convolution whose x is joined by `up`, packed bits of `channels`, which it doubles.

    `up` is half as high and wide as x and has the last of the weights' channels; those of both are multiples
    of 32.
    """
    made.node.op_type += UP
    made.node.input.append(up)
    made.node.attribute.append(helper.make_attribute("up_channels", channels))
    return made


def int8_conv(name: str, x: str, weights: Numbers, zero: int, affine: Affine, thresholds: Numbers) -> Made:
    """int8 (N, H, W, C) that stand for x - `zero`, C to 16 -> as `binary_conv_int8`.

    `weights`: int8 (OC, C, k, k).
    """
    constants = {
        "w": np.asarray(weights, np.int8).transpose(0, 2, 3, 1),
        **_vectors(affine),
        "thresholds": np.asarray(thresholds, np.int32),
    }
    return _made("Int8Conv", name, [x], constants, {"zero": zero})


def stream_conv_float(name: str, x: str, weights: Numbers, scale: Numbers, bias: Numbers) -> Made:
    """A stream -> float32 (N, OC, H, W), by 1x1 int8 `weights` (OC, C) and `scale` and `bias` (OC,)."""
    constants: dict[str, Numbers] = {
        "w": np.asarray(weights, np.int8),
        "scale": np.asarray(scale, np.float32),
        "bias": np.asarray(bias, np.float32),
    }
    return _made("StreamConvFloat", name, [x], constants)


def _made(
    operator: str,
    name: str,
    inputs: Sequence[str],
    constants: Mapping[str, Numbers],
    attributes: Mapping[str, Any] | None = None,
) -> Made:
    tensors = tuple(_tensor(f"{name}.{key}", value) for key, value in constants.items())
    streams = operator in ("BinaryConvInt8", "BinaryConvAdd", "Int8Conv")
    outputs = [name, f"{name}.bits"] if streams else [name]
    node = helper.make_node(
        operator,
        [*inputs, *(tensor.name for tensor in tensors)],
        outputs,
        name,
        domain=DOMAIN,
        **(attributes or {}),
    )
    return Made(node, tensors)


def _tensor(name: str, value: Numbers) -> TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(value), name)


def _packed(kernel: Kernel) -> Numbers:
    return pack_weights(np.asarray(kernel.weights, np.float32))


def _vectors(affine: Affine) -> dict[str, Numbers]:
    return {
        key: np.asarray(value, np.float32)
        for key, value in (
            ("scale", affine.scale),
            ("bias", affine.bias),
            ("slope", affine.slope),
            ("shift", affine.shift),
        )
    }


def _attributes(kernel: Kernel) -> dict[str, Any]:
    return {
        "channels": int(np.shape(kernel.weights)[-3]),
        "x_levels": [int(level) for level in kernel.x_levels],
        "w_levels": [int(level) for level in kernel.w_levels],
    }
