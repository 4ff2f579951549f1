"""GroupNormalization -> InstanceNormalization of each group as one channel: exact.

ONNX Runtime has no kernel for it and computes ONNX's definition, in which the variance is the mean of the
squares less the square of the mean: of channels far from 0 little is left of it in float32.
"""

import numpy as np
import onnx_ir as ir

from edgec.graph import Graph

EPSILON = 1e-5


def spell_group_norms(graph: Graph) -> Graph:
    """The graph for ONNX Runtime; the other engines have the operator."""
    copy = graph.clone()
    found = [node for node in copy.nodes if node.op_type == "GroupNormalization"]
    for node in found:
        _spell(copy.model.graph, node)
    return copy if found else graph


def _spell(graph: ir.Graph, node: ir.Node) -> None:
    image, scale, bias = node.inputs
    result, groups = node.outputs[0], node.attributes["num_groups"].as_int()

    def constant(label: str, data: list[int] | list[float]) -> ir.Value:
        dtype = np.int64 if isinstance(data[0], int) else np.float32
        tensor = ir.tensor(np.array(data, dtype), name=f"{result.name}_spelled_{label}")
        graph.register_initializer(value := ir.Value(name=tensor.name, const_value=tensor))
        return value

    def step(kind: str, label: str, *inputs: ir.Value | None, **attributes: float) -> ir.Value:
        made = ir.node(kind, inputs, attributes, name=f"{result.name}_spelled_{label}")
        made.outputs[0].name = made.name
        graph.insert_before(node, made)
        return made.outputs[0]

    apart = step("Reshape", "groups", image, constant("size", [0, groups, -1]))
    plain = constant("one", [1.0] * groups), constant("zero", [0.0] * groups)
    epsilon = node.attributes.get_float("epsilon", EPSILON)
    normal = step("InstanceNormalization", "normal", apart, *plain, epsilon=epsilon)
    together = step("Reshape", "image", normal, step("Shape", "shape", image))
    places = constant("places", [1, 2])
    scaled = step("Mul", "scaled", together, step("Unsqueeze", "scale", scale, places))
    shifted = step("Add", "shifted", scaled, step("Unsqueeze", "bias", bias, places))
    result.replace_all_uses_with(shifted, replace_graph_outputs=True)
    graph.remove(node, safe=True)
    shifted.name, shifted.shape, shifted.type = result.name, result.shape, result.type
