"""Which operators run in integers, and why those.

- Conv, ConvTranspose: nearly all the time is spent there. (ONNX Runtime has no integer ConvTranspose; its
  lowering rewrites that to a Conv and a DepthToSpace, so the shared graph quantizes it.)
- Those that only move values: with one scale on both sides nothing is rounded, and where an engine has an
  integer form, which is nearly everywhere, it moves a quarter of the bytes.
- Add: residual connections; ONNX Runtime, OpenVINO and TFLite (XNNPACK) each add integers of two scales.

All else stays float: Sigmoid and Softmax because the map's resolution is theirs, the others because one of
the engines has no integer form. Where such an operator stands alone between convolutions, its neighbours'
QuantizeLinear and DequantizeLinear enclose it, and an engine that can runs it in integers all the same
(ONNX Runtime: Mul, AveragePool, LeakyRelu).

A Relu or Clip after one of these is left out: rounding to integers clamps as well.
"""

import math

import onnx_ir as ir

CONVOLUTIONS = frozenset({"Conv", "ConvTranspose"})

# The result holds no value that the input does not hold (but 0): one scale serves both.
MOVES = frozenset(
    {
        "Concat",
        "DepthToSpace",
        "Flatten",
        "MaxPool",
        "Pad",
        "Reshape",
        "Resize",
        "Slice",
        "SpaceToDepth",
        "Squeeze",
        "Transpose",
        "Unsqueeze",
    }
)


def data_inputs(node: ir.Node) -> list[ir.Value]:
    """The inputs that are activations, not weights, sizes or places."""
    wanted = node.inputs if node.op_type in ("Concat", "Add") else node.inputs[:1]
    return [value for value in wanted if value is not None]


def only_moves(node: ir.Node) -> bool:
    """Whether the values of the result are all values of the inputs, or 0."""
    if node.op_type == "Resize":
        return _text(node, "mode", "nearest") == "nearest"
    if node.op_type == "Pad":
        return _text(node, "mode", "constant") != "constant" or _pads_with_zero(node)
    return node.op_type in MOVES and node.domain == ""


def can_be_integer(node: ir.Node) -> bool:
    """Whether the node, as it stands, has an integer form in every engine."""
    if node.domain != "" or len(node.outputs) != 1:
        return False
    if any(value.dtype != ir.DataType.FLOAT for value in data_inputs(node)):
        return False
    if node.op_type in CONVOLUTIONS:
        return all(value is None or value.is_initializer() for value in node.inputs[1:])
    if node.op_type == "Add":
        return not any(value.is_initializer() for value in node.inputs if value is not None)
    return only_moves(node)


def clamp_after(node: ir.Node) -> ir.Node | None:
    """The Relu or Clip (with 0 inside it) that takes this node's result, where nobody else does."""
    if only_moves(node):
        return None
    result = node.outputs[0]
    users = list(result.consumers())
    if result.is_graph_output() or len(users) != 1 or not _clamps_around_zero(users[0]):
        return None
    return users[0]


def _clamps_around_zero(node: ir.Node) -> bool:
    if node.op_type == "Relu":
        return True
    if node.op_type != "Clip":
        return False
    low, high = _limit(node, 1, -math.inf), _limit(node, 2, math.inf)
    return low <= 0 <= high  # a limit that is not known is NaN


def _limit(node: ir.Node, place: int, default: float) -> float:
    value = node.inputs[place] if len(node.inputs) > place else None
    if value is None:
        return default
    constant = ir.convenience.get_const_tensor(value)
    return math.nan if constant is None else float(constant.numpy().item())


def _text(node: ir.Node, name: str, default: str) -> str:
    attribute = node.attributes.get(name)
    return default if attribute is None else attribute.as_string()


def _pads_with_zero(node: ir.Node) -> bool:
    value = node.inputs[2] if len(node.inputs) > 2 else None
    if value is None:
        return True
    constant = ir.convenience.get_const_tensor(value)
    return constant is not None and not constant.numpy().any()
