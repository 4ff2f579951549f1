"""Constants that are multiplied with or added to a convolution's result become part of its weights."""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.library import LibraryPass
from edgec.passes.scaling import Affine, Channels, affine_step, bias_of, constant, owns_weights, set_weights


@dataclass(frozen=True)
class FoldAffine(LibraryPass):
    """Fold Add, Sub, Mul and Div by a constant, one or one a channel, into the convolution before them.

    Left alone are constants that differ between pixels, and convolutions whose result others use too or
    whose weights are computed or shared.
    """

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        folded = False
        for node in model.graph:
            folded |= _folded(model.graph, node)
        return folded


def _folded(graph: ir.Graph, node: ir.Node) -> bool:
    for value in node.inputs:
        convolution = None if value is None else value.producer()
        if convolution is None or convolution.op_type not in ("Conv", "ConvTranspose"):
            continue
        result, weight = convolution.outputs[0], constant(convolution.inputs[1])
        if weight is None or len(result.uses()) != 1 or result.is_graph_output():
            continue
        step = affine_step(node, result, _channels(convolution, weight), weight.ndim)
        if step is not None and owns_weights(convolution):
            _fold(graph, convolution, weight, step)
            _take_over(graph, result, node)
            return True
    return False


def _channels(node: ir.Node, weight: Channels) -> int:
    """How many the convolution makes."""
    if node.op_type == "Conv":
        return int(weight.shape[0])
    return int(weight.shape[1]) * node.attributes.get_int("group", 1)


def _fold(graph: ir.Graph, node: ir.Node, weight: Channels, step: Affine) -> None:
    factor, offset = step
    bias = bias_of(node)
    shifted = offset if bias is None else bias * factor + offset
    set_weights(graph, node, weight * _spread(node, factor, weight), shifted)


def _spread(node: ir.Node, factor: Channels, weight: Channels) -> Channels:
    """The factor of each weight: (out, in / group, kh, kw), or (in, out / group, kh, kw) transposed."""
    if node.op_type == "Conv":
        return factor.reshape(-1, *[1] * (weight.ndim - 1))
    group = node.attributes.get_int("group", 1)
    rows = np.repeat(factor.reshape(group, -1), weight.shape[0] // group, axis=0)
    return rows.reshape(*rows.shape, *[1] * (weight.ndim - 2))


def _take_over(graph: ir.Graph, value: ir.Value, node: ir.Node) -> None:
    """`value` takes the place and the name of what `node` made."""
    result = node.outputs[0]
    result.replace_all_uses_with(value, replace_graph_outputs=True)
    graph.remove(node, safe=True)
    value.name = result.name
