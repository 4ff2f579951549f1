"""Where a function no longer changes: integers need not reach beyond it."""

import math

import onnx_ir as ir

Interval = tuple[float, float]
_ALL: Interval = (-math.inf, math.inf)


def that_matters(tensor: ir.Value, interval: Interval) -> Interval:
    """The part of `interval` that tells values of `tensor` apart for all who read it; 0 is in both.

    HardSwish is 0 below -3, HardSigmoid 0 and 1 outside its slope: a convolution before them often reaches
    ten times as far, and its 8 bits would be spent there.
    """
    readers = list(tensor.consumers())
    if not readers or tensor.is_graph_output():
        return interval
    parts = [_slope(node) for node in readers]
    low, high = min(low for low, _ in parts), max(high for _, high in parts)
    return max(interval[0], min(low, 0.0)), min(interval[1], max(high, 0.0))


def _slope(node: ir.Node) -> Interval:
    """Outside it the node's result is that at its end (or, one-sided, goes on)."""
    if node.domain == "" and node.op_type == "HardSwish":
        return -3.0, math.inf
    if node.domain == "" and node.op_type == "HardSigmoid":
        alpha, beta = node.attributes.get_float("alpha", 0.2), node.attributes.get_float("beta", 0.5)
        return (-beta / alpha, (1 - beta) / alpha) if alpha > 0 else _ALL
    return _ALL
