"""simulate(): the graph that a profile's build would make, as a network that can be trained."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.graph import Graph
from edgec.passes.activation import logits_of
from edgec.passes.arrays import array_of
from edgec.qat.network import Network
from edgec.qat.step import Step, steps_of
from edgec.quantize import quantize_static
from edgec.quantize.constants import Rounding
from edgec.quantize.operators import CONVOLUTIONS
from edgec_calibration import Ranges
from edgec_targets.target import Int8

Array = npt.NDArray[Any]


def as_network(graph: Graph) -> Network:
    """A float graph in torch. Raises UnsupportedOperatorError, naming it, for an operator that is unknown."""
    return _network(graph, steps_of(graph), graph)


def simulate(graph: Graph, ranges: Ranges, int8: Int8) -> Network:
    """What `quantize_static(graph, ranges, int8)` makes, with the float graph's weights as parameters.

    Each forward pass rounds them as they then are, by the code that builds, and activations at the built
    graph's own QuantizeLinear, with its scales. Raises QuantizationError, UnsupportedOperatorError.
    """
    built = quantize_static(graph, ranges, int8)
    floats = {str(node.name): node for node in graph.convs}
    stored = {node.outputs[0].name for node in built.nodes if _expands_constant(node)}
    steps = [
        _with_floats(step, node, floats[step.name], int8) if stored.intersection(step.inputs) else step
        for step, node in zip(steps_of(built), built.nodes, strict=True)
        if step.output not in stored
    ]
    return _network(built, steps, graph)


def _with_floats(step: Step, built: ir.Node, node: ir.Node, int8: Int8) -> Step:
    """The convolution with the constants that it had as `node`, rounded at each pass."""
    constants = [None if value is None else str(value.name) for value in node.inputs[1:]]
    weight, bias = (*constants, None)[:2]
    return step.rounded(Rounding.of(node, _input_scale(built), int8), (weight, bias))


def _input_scale(node: ir.Node) -> float:
    source = None if node.inputs[0] is None else node.inputs[0].producer()
    scale = None if source is None else array_of(source.inputs[1])
    assert scale is not None  # quantize_static puts a DequantizeLinear there
    return float(scale)


def _expands_constant(node: ir.Node) -> bool:
    return node.op_type == "DequantizeLinear" and array_of(node.inputs[0]) is not None


def _network(run: Graph, steps: list[Step], floats: Graph) -> Network:
    """`floats`: the graph that the weights come from."""
    names = [
        str(value.name)
        for node in floats.nodes
        if node.op_type in CONVOLUTIONS
        for value in node.inputs[1:]
        if value is not None and array_of(value) is not None
    ]
    given = {**_constants(floats), **_constants(run)}
    weights = {name: np.asarray(_constants(floats)[name], np.float32) for name in names}
    used = {name for step in steps for name in step.inputs if name is not None}
    constants = {name: given[name] for name in sorted(used) if name in given and name not in weights}
    ends = (str(run.input.name), str(run.output.name), str(logits_of(run).name))
    return Network(steps, ends, weights, constants)


def _constants(graph: Graph) -> dict[str, Array]:
    return {
        str(name): np.asarray(value.const_value.numpy())
        for name, value in graph.model.graph.initializers.items()
        if value.const_value is not None
    }
