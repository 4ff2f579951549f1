"""Conv -> Relu -> QuantizeLinear becomes Conv -> QuantizeLinear -> Clip of the integers, exactly."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from edgec.graph import Graph
from edgec.passes.base import Pass, PassResult

Array = npt.NDArray[Any]
PRODUCERS = ("Conv", "Add", "DepthToSpace")


@dataclass(frozen=True)
class ClampIntegers(Pass):
    """Clamp after rounding: rounding keeps order, so both give the same integers.

    ONNX Runtime fuses Conv or Add with the QuantizeLinear right behind it, else it computes them in float32.
    Left alone: clamps that the integers' own range does (ONNX Runtime drops those itself), clamps that anyone
    reads before they are quantized, and those after another operator.
    """

    def apply(self, graph: Graph) -> PassResult:
        """Rewrite every such clamp of a copy."""
        copy = graph.clone()
        changed = [
            _move(copy.model.graph, node) for node in list(copy.nodes) if node.op_type in ("Relu", "Clip")
        ]
        if not any(changed):
            return PassResult(graph, changed=False)
        RemoveUnusedNodesPass()(copy.model)
        return PassResult(copy, changed=True)


def _move(graph: ir.Graph, clamp: ir.Node) -> bool:
    source, users = clamp.inputs[0], clamp.outputs[0].consumers()
    if source is None or len(source.uses()) != 1 or len(users) != 1 or clamp.outputs[0].is_graph_output():
        return False
    producer, quantize = source.producer(), users[0]
    if producer is None or producer.op_type not in PRODUCERS or quantize.op_type != "QuantizeLinear":
        return False
    limits = _integer_limits(clamp, quantize)
    if limits is None:
        return False
    integers = quantize.outputs[0]
    quantize.replace_input_with(0, source)
    clamped = ir.Value(name=f"{integers.name}_clamped", shape=integers.shape, type=integers.type)
    integers.replace_all_uses_with(clamped)
    bounds = [
        _constant(graph, f"{clamped.name}_{end}", limit)
        for end, limit in zip(("low", "high"), limits, strict=True)
    ]
    node = ir.node("Clip", [integers, *bounds], outputs=[clamped], name=clamped.name)
    graph.insert_after(quantize, node)
    return True


def _integer_limits(clamp: ir.Node, quantize: ir.Node) -> tuple[Array, Array] | None:
    """The clamp's limits as integers of the tensor; None where they change nothing or are unknown."""
    scale, zero = (_data(quantize, place) for place in (1, 2))
    ends = (0.0, np.inf) if clamp.op_type == "Relu" else _ends(clamp)
    if scale is None or zero is None or ends is None or scale.size != 1:
        return None
    range_ = np.iinfo(zero.dtype)
    # As QuantizeLinear does: divide in float32, round half to even, saturate.
    low, high = (
        np.clip(np.rint(np.float32(end) / scale.reshape(())) + zero.reshape(()), range_.min, range_.max)
        for end in ends
    )
    if (low, high) == (range_.min, range_.max):
        return None
    return np.asarray(low, zero.dtype), np.asarray(high, zero.dtype)


def _ends(clip: ir.Node) -> tuple[float, float] | None:
    ends = [-np.inf, np.inf]
    for place in range(1, len(clip.inputs)):
        if clip.inputs[place] is not None:
            data = _data(clip, place)
            if data is None:
                return None
            ends[place - 1] = float(data.reshape(()))
    return ends[0], ends[1]


def _data(node: ir.Node, place: int) -> Array | None:
    value = node.inputs[place] if len(node.inputs) > place else None
    tensor = None if value is None else ir.convenience.get_const_tensor(value)
    return None if tensor is None else np.asarray(tensor.numpy())


def _constant(graph: ir.Graph, name: str, data: Array) -> ir.Value:
    tensor = ir.tensor(data, name=name)
    value = ir.Value(name=name, shape=ir.Shape(()), type=ir.TensorType(tensor.dtype), const_value=tensor)
    graph.register_initializer(value)
    return value
