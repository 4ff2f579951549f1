from dataclasses import dataclass

import onnx_ir as ir

from edgec.passes.nodes import NodePass


@dataclass(frozen=True)
class ReluToAbs(NodePass):
    def fits(self, node: ir.Node) -> bool:
        return node.op_type == "Relu"

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        new = ir.node("Abs", [node.inputs[0]], name=f"{node.name}_abs")
        graph.insert_before(node, [new])
        new.outputs[0].name = f"{node.outputs[0].name}_abs"
        node.outputs[0].replace_all_uses_with(new.outputs[0], replace_graph_outputs=True)


def test_each_node_that_fits_is_rewritten_on_a_copy(network, operators) -> None:
    graph = network("a = Relu(image) b = Neg(a) map = Relu(b)", maps=2)
    result = ReluToAbs()(graph)
    assert result.changed
    assert operators(result.graph) == ["Abs", "Neg", "Abs"]  # what nothing reads any more is gone
    assert operators(graph) == ["Relu", "Neg", "Relu"]


def test_where_none_fits_the_graph_is_the_same_object(network) -> None:
    graph = network("map = Neg(image)", maps=2)
    result = ReluToAbs()(graph)
    assert not result.changed
    assert result.graph is graph
