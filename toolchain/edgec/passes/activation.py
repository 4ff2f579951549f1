"""The activation that closes a network goes: a mask needs no probabilities, only which side of a limit."""

from dataclasses import dataclass

import onnx_ir as ir

from edgec.graph import Graph
from edgec.passes.base import Pass, PassResult
from edgec_runtime.format.manifest import Activation

CLOSING: dict[str, Activation] = {"Sigmoid": "sigmoid", "Softmax": "softmax"}


@dataclass(frozen=True)
class DropActivation(Pass):
    """Remove the Sigmoid, or the Softmax over channels, that gives the output; it keeps its name."""

    def apply(self, graph: Graph) -> PassResult:
        """Remove it from a copy."""
        if closing_activation(graph) == "none":
            return PassResult(graph, changed=False)
        copy = graph.clone()
        closing = copy.output.producer()
        logits = None if closing is None else closing.inputs[0]
        if closing is None or logits is None:
            return PassResult(graph, changed=False)
        name, shape = copy.output.name, copy.output.shape
        copy.output.replace_all_uses_with(logits, replace_graph_outputs=True)
        copy.model.graph.remove(closing, safe=True)
        logits.name, logits.shape = name, shape
        return PassResult(copy, changed=True)


def closing_activation(graph: Graph) -> Activation:
    """What the network does last to make probabilities, where leaving it out changes no decision."""
    node = graph.output.producer()
    if node is None or node.domain != "" or node.op_type not in CLOSING or _is_read_twice(node):
        return "none"
    over_channels = node.op_type == "Sigmoid" or node.attributes.get_int("axis", -1) in (1, -3)
    return CLOSING[node.op_type] if over_channels else "none"


def logits_of(graph: Graph) -> ir.Value:
    """What that activation takes; what the network gives where there is none."""
    closing = None if closing_activation(graph) == "none" else graph.output.producer()
    logits = None if closing is None else closing.inputs[0]
    return graph.output if logits is None else logits


def _is_read_twice(node: ir.Node) -> bool:
    logits = node.inputs[0]
    return logits is None or len(logits.uses()) != 1 or logits.producer() is None
