"""Constants that are multiplied with or added to a convolution's input become part of its weights."""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.library import LibraryPass
from edgec.passes.scaling import Affine, Channels, affine_step, bias_of, constant, owns_weights, set_weights


@dataclass(frozen=True)
class FoldAffineInputs(LibraryPass):
    """Fold Add, Sub, Mul and Div by a constant, one or one a channel, into the Conv after them.

    Left alone are shifts before a Conv that pads: its zeros would have to be shifted too. Also left alone is
    what others use, and a Conv whose weights are computed or shared.
    """

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        folded = False
        for node in model.graph:
            while node.op_type == "Conv" and _folded(model.graph, node):
                folded = True
        return folded


def _folded(graph: ir.Graph, node: ir.Node) -> bool:
    value, weight = node.inputs[0], constant(node.inputs[1])
    before = None if value is None else value.producer()
    if value is None or weight is None or before is None or len(value.uses()) != 1:
        return False
    channels = int(weight.shape[1]) * node.attributes.get_int("group", 1)
    for operand in before.inputs:
        step = None if operand is None else affine_step(before, operand, channels, weight.ndim)
        if step is None or (step[1].any() and _pads(node)) or not owns_weights(node):
            continue
        node.replace_input_with(0, operand)
        _fold(graph, node, weight, step)
        graph.remove(before, safe=True)
        return True
    return False


def _pads(node: ir.Node) -> bool:
    automatic = node.attributes.get_string("auto_pad", "NOTSET")
    return automatic not in ("NOTSET", "VALID") or any(node.attributes.get_ints("pads", ()))


def _fold(graph: ir.Graph, node: ir.Node, weight: Channels, step: Affine) -> None:
    """Weights are (out, in / group, kh, kw): each group of outputs has inputs of its own."""
    group, outputs = node.attributes.get_int("group", 1), weight.shape[0]
    factor, offset = (
        np.repeat(entry.reshape(group, -1), outputs // group, axis=0).reshape(
            outputs, -1, *[1] * (weight.ndim - 2)
        )
        for entry in step
    )
    shift = (weight * offset).sum(axis=tuple(range(1, weight.ndim)))
    bias = bias_of(node)
    set_weights(graph, node, weight * factor, shift if bias is None else bias + shift)
