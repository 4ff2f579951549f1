"""A quantized network computed in integers alone, by its definition: slow, exact, and no engine's code.

The arithmetic is that of Jacob et al., 2018, https://arxiv.org/abs/1712.05877: sums of products in 32 bits,
one multiplier a channel, rounded to the result's integers.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir as ir
import torch
from torch.nn import functional

from edgec.graph import Graph

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Coded:
    """`integers` (as float64, which holds them exactly) stand for (integers - zero_point) * scale."""

    integers: Doubles
    scale: Doubles
    zero_point: int

    @property
    def centred(self) -> Doubles:
        return self.integers - self.zero_point


def requantized(graph: Graph, given: dict[str, npt.NDArray[Any]]) -> dict[str, Doubles]:
    """QuantizeLinear's result -> what integer arithmetic makes of the integers before it.

    `given`: the result of every QuantizeLinear, as an engine had it: each operator is judged by itself.
    """
    coded = {
        node.outputs[0]: _coded(node, given) for node in graph.nodes if node.op_type == "DequantizeLinear"
    }
    found = {}
    for node in graph.nodes:
        if node.op_type == "QuantizeLinear" and node.inputs[0].producer() is not None:  # type: ignore[union-attr]
            source = node.inputs[0].producer()  # type: ignore[union-attr]
            assert source is not None
            real = _compute(source, [coded[value] for value in source.inputs if value is not None])
            scale, zero_point = _constant(node, 1), int(_constant(node, 2))
            limits = np.iinfo(_constant(node, 2).dtype)
            integers = np.rint(real / scale) + zero_point
            found[str(node.outputs[0].name)] = integers.clip(limits.min, limits.max)
    return found


def _coded(node: ir.Node, given: dict[str, npt.NDArray[Any]]) -> Coded:
    source = node.inputs[0]
    assert source is not None
    stored = given[str(source.name)] if source.producer() is not None else _constant(node, 0)
    scale = _constant(node, 1).astype(np.float64)
    zero_point = int(_constant(node, 2)) if len(node.inputs) > 2 else 0
    return Coded(stored.astype(np.float64), scale, zero_point)


def _constant(node: ir.Node, place: int) -> npt.NDArray[Any]:
    value = node.inputs[place]
    assert value is not None
    assert value.const_value is not None
    return value.const_value.numpy()


def _compute(node: ir.Node, inputs: list[Coded]) -> Doubles:
    """What the operator gives, in real units, one rounding away from integers."""
    if node.op_type in ("Conv", "ConvTranspose"):
        return _convolution(node, *inputs)
    if node.op_type == "MaxPool":
        pooled = functional.max_pool2d(torch.from_numpy(inputs[0].centred), 2)
        return pooled.numpy() * inputs[0].scale
    parts = [part.centred * part.scale for part in inputs]
    return np.concatenate(parts, axis=1) if node.op_type == "Concat" else parts[0] + parts[1]


def _convolution(node: ir.Node, image: Coded, weight: Coded, bias: Coded | None = None) -> Doubles:
    group = node.attributes.get_int("group", 1)
    stride, pads = (_ints(node, name, default) for name, default in (("strides", [1, 1]), ("pads", [0, 0])))
    constants = torch.from_numpy(weight.centred), None if bias is None else torch.from_numpy(bias.centred)
    source, scale = torch.from_numpy(image.centred), weight.scale
    if node.op_type == "Conv":
        sums = functional.conv2d(source, *constants, stride=stride, padding=pads[:2], groups=group).numpy()
    else:
        sums = functional.conv_transpose2d(source, *constants, stride=stride, groups=group).numpy()
        scale = np.tile(scale, group) if scale.ndim else scale
    assert (sums == np.rint(sums)).all()
    assert np.abs(sums).max() < 2**31
    return sums * np.broadcast_to(image.scale * scale, sums.shape[1]).reshape(1, -1, 1, 1)


def _ints(node: ir.Node, name: str, default: list[int]) -> list[int]:
    attribute = node.attributes.get(name)
    return default if attribute is None else list(attribute.as_ints())
