"""What is quantized."""

from collections.abc import Collection
from dataclasses import dataclass, field

import onnx_ir as ir

from edgec.graph import Graph
from edgec.quantize.operators import CONVOLUTIONS, can_be_integer, clamp_after, data_inputs, only_moves
from edgec.quantize.sharing import Sharing
from edgec_targets.words import unknown_word


@dataclass
class Plan:
    """`nodes` run in integers; `tensors` are kept in integers, in the order in which they are made.

    `sources` maps a tensor to those whose values it holds: itself where an operator works it out, those
    of the inputs where values only move. `made` maps the tensors that integer operators give to the Relu or
    Clip before them that need not run, where there is one.
    """

    nodes: list[ir.Node] = field(default_factory=list)
    tensors: list[ir.Value] = field(default_factory=list)
    sources: dict[ir.Value, list[ir.Value]] = field(default_factory=dict)
    made: dict[ir.Value, ir.Node | None] = field(default_factory=dict)
    sharing: Sharing = field(default_factory=Sharing)

    def observed(self) -> list[ir.Value]:
        """The tensors whose ranges give those of all."""
        return [tensor for tensor in self.tensors if self.sources[tensor] == [tensor]]

    def groups(self) -> dict[ir.Value, list[ir.Value]]:
        """First tensor of those that share a scale -> the tensors whose ranges make up theirs."""
        found: dict[ir.Value, list[ir.Value]] = {}
        for tensor in self.tensors:
            group = found.setdefault(self.sharing.leader(tensor), [])
            group.extend(source for source in self.sources[tensor] if source not in group)
        return found

    def take(self, node: ir.Node) -> None:
        """Let `node`, and the clamp after it, run in integers."""
        inputs = data_inputs(node)
        for value in inputs:
            if value not in self.sources:
                self._add(value, [value])
                self.sharing.add(value, None)
        clamp = clamp_after(node)
        result = (clamp or node).outputs[0]
        if only_moves(node):
            self._add(result, [source for value in inputs for source in self.sources[value]])
            self.sharing.add_moved(result, inputs)
        else:
            self._add(result, [result])
            self.sharing.add(result, clamp.op_type if clamp else None)
        self.nodes.append(node)
        self.made[result] = clamp

    def _add(self, tensor: ir.Value, sources: list[ir.Value]) -> None:
        self.tensors.append(tensor)
        self.sources[tensor] = sources


def make_plan(graph: Graph, float_layers: Collection[str] = ()) -> Plan:
    """What runs in integers where the convolutions named in `float_layers` do not.

    Less is kept in integers than without them and nothing else, so the ranges of the whole plan serve: a
    tensor's sources are those of the whole. Raises UsageError for a name that is no convolution's.
    """
    whole = _walk(graph, ())
    if not float_layers:
        return whole
    check_layers(graph, float_layers)
    plan = _walk(graph, float_layers)
    plan.sources = {tensor: whole.sources[tensor] for tensor in plan.tensors}
    return plan


def layers(graph: Graph) -> dict[str, str]:
    """Name -> operator of the convolutions that can be quantized, or stay in float, in order."""
    return {str(node.name): node.op_type for node in _walk(graph, ()).nodes if node.op_type in CONVOLUTIONS}


def check_layers(graph: Graph, names: Collection[str]) -> None:
    """Raise UsageError, with the nearest right one, for the first of `names` that is none of `layers`."""
    known = layers(graph)
    for name in names:
        if name not in known:
            raise unknown_word("layer of this network", name, known)


def _walk(graph: Graph, float_layers: Collection[str]) -> Plan:
    """Walk from the image to the map.

    A convolution is always taken, but for those named: its input is quantized for it. Of the others, those
    whose inputs are there in integers already: all of an Add's, if only because a convolution reads them too,
    one of a Concat's.
    """
    plan = Plan()
    ready = {graph.input}
    for node in graph.nodes:
        if node.name not in float_layers and can_be_integer(node) and _worth_it(node, ready, plan):
            plan.take(node)
            ready.update(plan.made)
    return plan


def tensors_to_observe(graph: Graph) -> list[str]:
    """The names of the tensors whose ranges `quantize_static` needs, in order.

    They are fewer than the tensors that are quantized: a Concat or a MaxPool gives what it takes.
    """
    return [str(tensor.name) for tensor in make_plan(graph).observed()]


def convolution_inputs(graph: Graph) -> list[str]:
    """The names of the tensors whose channels' means bias correction needs, in order."""
    taken = [node for node in make_plan(graph).nodes if node.op_type in CONVOLUTIONS]
    return list(dict.fromkeys(str(data_inputs(node)[0].name) for node in taken))


def _worth_it(node: ir.Node, ready: set[ir.Value], plan: Plan) -> bool:
    if node.op_type in CONVOLUTIONS:
        return True
    inputs = data_inputs(node)
    if node.op_type == "Add":
        return all(value in ready or value in plan.sources for value in inputs)
    return any(value in ready for value in inputs)
