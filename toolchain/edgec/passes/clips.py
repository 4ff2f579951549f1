"""Successive Relu and Clip become one.

onnxscript's rules for this take the wrong bound where two intervals do not meet (Relu(Clip(x, -2, -1)) is 0,
not -1) and fail where a type was not inferred; clamping the bounds themselves is right for all.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.library import LibraryPass

Interval = tuple[float, float]
_RELU = (0.0, float("inf"))


@dataclass(frozen=True)
class FuseClips(LibraryPass):
    """Fuse each Relu or Clip with constant float32 bounds into one before it that nobody else uses."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        fused = False
        for node in model.graph:
            first = _sole_producer(node)
            if first is None or (inner := _interval(first)) is None or (outer := _interval(node)) is None:
                continue
            _replace(model.graph, first, node, (_clamp(inner[0], outer), _clamp(inner[1], outer)))
            fused = True
        return fused


def _interval(node: ir.Node) -> Interval | None:
    """What the node lets through, or None where that is not known here."""
    if node.op_type == "Relu":
        return _RELU
    if node.op_type != "Clip":
        return None
    low, high = _bound(node, 1, -np.inf), _bound(node, 2, np.inf)
    return None if low is None or high is None else (min(low, high), high)  # ONNX: the upper one wins


def _bound(node: ir.Node, place: int, absent: float) -> float | None:
    value = node.inputs[place] if len(node.inputs) > place else None
    if value is None:
        return absent
    if value.const_value is None or value.const_value.dtype != ir.DataType.FLOAT:
        return None
    return float(value.const_value.numpy())


def _clamp(value: float, interval: Interval) -> float:
    return min(max(value, interval[0]), interval[1])


def _sole_producer(node: ir.Node) -> ir.Node | None:
    value = node.inputs[0] if node.inputs else None
    if value is None or value.is_graph_output() or len(value.uses()) != 1:
        return None
    return value.producer()


def _replace(graph: ir.Graph, first: ir.Node, second: ir.Node, interval: Interval) -> None:
    name = second.outputs[0].name
    if interval == _RELU:
        fused = ir.node("Relu", [first.inputs[0]])
    else:
        bounds = [
            _constant(graph, f"{name}.{end}", x) for end, x in zip(("low", "high"), interval, strict=True)
        ]
        fused = ir.node("Clip", [first.inputs[0], *bounds])
    fused.name = second.name
    ir.convenience.replace_nodes_and_values(
        graph, second, [second, first], [fused], second.outputs, fused.outputs
    )


def _constant(graph: ir.Graph, name: str, bound: float) -> ir.Value | None:
    if np.isinf(bound):
        return None
    tensor = ir.tensor(np.array(bound, np.float32), name=name)
    value = ir.Value(name=name, const_value=tensor, shape=ir.Shape([]), type=ir.TensorType(ir.DataType.FLOAT))
    graph.register_initializer(value)
    return value
