"""quantize_static(): Graph + Ranges -> Graph in QDQ form."""

from collections.abc import Collection, MutableSequence

import numpy as np
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from edgec.errors import QuantizationError
from edgec.graph import Graph
from edgec.quantize.affine import Affine, affine
from edgec.quantize.convolution import quantize_constants
from edgec.quantize.insert import Inserter
from edgec.quantize.operators import CONVOLUTIONS, data_inputs
from edgec.quantize.plan import Plan, make_plan
from edgec.quantize.saturation import that_matters
from edgec_calibration import Ranges
from edgec_targets.target import Int8


def quantize_static(
    graph: Graph,
    ranges: Ranges,
    int8: Int8,
    *,
    correct_bias: bool = False,
    float_layers: Collection[str] = (),
) -> Graph:
    """A copy of `graph` whose convolutions and what lies between them run in 8 bits.

    QDQ form of ONNX opset 21: activations asymmetric, one scale a tensor; weights int8 initializers,
    symmetric, behind DequantizeLinear; biases int32 in the scale of their products. `ranges` must be measured
    on `graph` (its digest is compared) and hold every tensor of `tensors_to_observe(graph)`; the same ranges
    serve uint8 and int8, whose graphs differ by 128 in the zero points. `correct_bias`: see
    correction.py; then `ranges` must hold the means of `convolution_inputs(graph)`. The convolutions
    named in `float_layers` stay as they are.

    Raises QuantizationError, and UsageError for a name that is no convolution's.
    """
    if ranges.graph_sha256 != graph.digest:
        raise QuantizationError("the ranges were measured on another network: calibrate this one")
    result = graph.clone()
    plan = make_plan(result, float_layers)
    if not any(node.op_type in CONVOLUTIONS for node in plan.nodes):
        raise QuantizationError("the network has no convolution left to quantize: build it in fp32")
    inserter = Inserter(result.model.graph)
    scales = _activations(plan, ranges, int8)
    for node in plan.nodes:
        if node.op_type in CONVOLUTIONS:
            tensor = data_inputs(node)[0]
            means = _means(ranges, str(tensor.name)) if correct_bias else None
            quantize_constants(inserter, node, scales[plan.sharing.leader(tensor)].scale, int8, means)
    _insert_pairs(result, plan, inserter, scales, int8)
    RemoveUnusedNodesPass()(result.model)
    return result


def _activations(plan: Plan, ranges: Ranges, int8: Int8) -> dict[ir.Value, Affine]:
    """Leader -> the scale of its group, over all values of the group's tensors."""
    found = {}
    for leader, members in plan.groups().items():
        limits = [that_matters(member, _range(ranges, str(member.name))) for member in members]
        low, high = min(low for low, _ in limits), max(high for _, high in limits)
        found[leader] = affine(str(leader.name), low, high, int8.activation)
    return found


def _range(ranges: Ranges, name: str) -> tuple[float, float]:
    if name not in ranges.tensors:
        raise QuantizationError(f"there is no range for {name!r}: calibrate all of tensors_to_observe(graph)")
    return ranges.tensors[name]


def _means(ranges: Ranges, name: str) -> tuple[float, ...]:
    if name not in ranges.means:
        raise QuantizationError(f"there are no means for {name!r}: calibrate with convolution_inputs(graph)")
    return ranges.means[name]


def _insert_pairs(
    graph: Graph, plan: Plan, inserter: Inserter, scales: dict[ir.Value, Affine], int8: Int8
) -> None:
    integer = np.uint8 if int8.activation == "uint8" else np.int8
    constants = {
        leader: inserter.activation_constants(str(leader.name), scale, integer)
        for leader, scale in scales.items()
    }
    taken = set(plan.nodes)
    for tensor in plan.tensors:
        uses = list(tensor.uses())
        replaced = inserter.quantize(tensor, *constants[plan.sharing.leader(tensor)])
        for use in uses:
            if tensor in plan.made or use.node in taken:
                use.node.replace_input_with(use.idx, replaced)
        if tensor in plan.made:
            _take_over_output(graph.model.graph.outputs, tensor, replaced)
            _leave_out(graph.model.graph, plan.made[tensor])


def _take_over_output(outputs: MutableSequence[ir.Value], tensor: ir.Value, replaced: ir.Value) -> None:
    """Where `tensor` is what the network gives, `replaced` is from now on, under the same name."""
    for place, output in enumerate(outputs):
        if output is tensor:
            outputs[place] = replaced
            tensor.name, replaced.name = replaced.name, tensor.name


def _leave_out(graph: ir.Graph, clamp: ir.Node | None) -> None:
    """Let the operator before `clamp` give its result, under its name."""
    if clamp is None or clamp.inputs[0] is None:
        return
    before, result = clamp.inputs[0], clamp.outputs[0]
    result.replace_all_uses_with(before)
    graph.remove(clamp, safe=True)
    before.name = result.name
