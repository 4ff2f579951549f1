"""An ONNX graph in pieces: run as it is written, or as ONNX Runtime fuses it."""

from collections.abc import Collection, Mapping, Sequence

import onnx
import onnx_ir as ir

from edgec.graph import Graph
from edgec.ladder.cuts.base import Piece, piece_to
from edgec.ladder.reference import Reference
from edgec.lower import Lowered
from edgec.passes.shapes import InferShapes
from edgec_runtime.engine import Array

ROUNDING = ("QuantizeLinear", "DequantizeLinear")


def cut(lowered: Lowered, _graph: Graph | None) -> "GraphCuts":
    """The file of a variant; its tensors have the graph's names already."""
    (content,) = lowered.files.values()
    return GraphCuts(InferShapes()(Graph.from_bytes(content)).graph, optimized=True)


class GraphCuts:
    """See Cuts. A tensor is called after the operator that makes it, the network's output by its own name."""

    def __init__(self, graph: Graph, *, optimized: bool = False) -> None:
        self._graph = graph
        self._optimized = optimized
        self._proto = graph.to_proto()
        self._nodes = {node.output[0]: node for node in self._proto.graph.node}
        self._weights = {tensor.name: tensor for tensor in self._proto.graph.initializer}
        self._constants = _constants(graph)
        self._made: dict[str, ir.Value] = {}
        self._rounded: dict[str, ir.Value] = {}
        for value in (graph.input, *(node.outputs[0] for node in graph.nodes)):
            self._add(value)

    @property
    def tensors(self) -> Sequence[str]:
        """See Cuts."""
        return [name for name in self._made if name != self._graph.input.name]

    def reads(self, tensor: str, known: Collection[str]) -> tuple[str, ...]:
        """See Cuts."""
        return self._piece(tensor, known).reads

    def operators(self, tensor: str, known: Collection[str]) -> tuple[str, ...]:
        """See Cuts."""
        return tuple(node.op_type for node in self._piece(tensor, known).nodes if node not in self._constants)

    def run(self, tensor: str, feeds: Mapping[str, Array]) -> Array:
        """See Cuts."""
        nodes = self._piece(tensor, feeds).nodes
        names = {name: str(self._made[name].name) for name in feeds}
        graph = onnx.helper.make_graph(
            [self._nodes[str(node.outputs[0].name)] for node in nodes],
            "piece",
            [_info(names[name], value.shape) for name, value in feeds.items()],
            [_info(str(self._rounded[tensor].name), None)],
            [
                self._weights[name]
                for name in dict.fromkeys(str(v.name) for n in nodes for v in n.inputs if v is not None)
                if name in self._weights
            ],
        )
        model = onnx.helper.make_model(
            graph, opset_imports=self._proto.opset_import, ir_version=self._proto.ir_version
        )
        with Reference(model.SerializeToString(), optimized=self._optimized) as reference:
            return reference.feed({names[name]: value for name, value in feeds.items()})

    def _piece(self, tensor: str, known: Collection[str]) -> Piece[ir.Node]:
        stops = {self._made[name]: name for name in known if name != tensor and name in self._made}
        return piece_to(
            self._rounded[tensor],
            stops,
            lambda value: value.producer(),
            lambda node: [value for value in node.inputs if value is not None],
        )

    def _add(self, value: ir.Value) -> None:
        node = value.producer()
        if value.dtype != ir.DataType.FLOAT or (
            node is not None and (node.op_type in ROUNDING or node in self._constants)
        ):
            return
        rounded = _rounded(value)
        name = rounded.name if rounded.is_graph_output() else value.name
        self._made[str(name)], self._rounded[str(name)] = value, rounded


def _rounded(value: ir.Value) -> ir.Value:
    """What a tensor is after QuantizeLinear and DequantizeLinear, where all who read it read that."""
    for kind in ROUNDING:
        users = value.consumers()
        if value.is_graph_output() or [user.op_type for user in users] != [kind]:
            break
        value = users[0].outputs[0]
    return value


def _constants(graph: Graph) -> set[ir.Node]:
    """The nodes that depend on no image, as those that expand weights."""
    found: set[ir.Node] = set()
    for node in graph.nodes:
        if all(v is None or v.is_initializer() or v.producer() in found for v in node.inputs):
            found.add(node)
    return found


def _info(name: str, shape: Sequence[int] | None) -> onnx.ValueInfoProto:
    return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
