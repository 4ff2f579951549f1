"""Which operators run in integers, and why those.

An operator is here when ONNX Runtime, OpenVINO and TFLite (XNNPACK) all keep it in int8: an operator that
one of them computes in float would cost that engine two conversions for each tensor.

- Conv, ConvTranspose: nearly all the time is spent there. (ONNX Runtime has no integer ConvTranspose; its
  lowering rewrites that to a Conv and a DepthToSpace, so the shared graph quantizes it.)
- Concat, MaxPool and those that only move values: int8 moves a quarter of the bytes, and no rounding is lost.
- Add: residual connections; all three have a kernel for two scales.

All else stays float: Sigmoid and Softmax because the output's resolution is theirs; Mul, pooling by average
and bilinear Resize because XNNPACK or ONNX Runtime computes them in float or by slow reference kernels.
"""

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

# What an engine does for nothing as it rounds the result of the operator before.
CLAMPS = frozenset({"Relu", "Clip"})


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
    """The Relu or Clip that takes this node's result and nobody else does."""
    if node.op_type not in CONVOLUTIONS | {"Add"}:
        return None
    result = node.outputs[0]
    users = list(result.consumers())
    if result.is_graph_output() or len(users) != 1 or users[0].op_type not in CLAMPS:
        return None
    return users[0]


def _text(node: ir.Node, name: str, default: str) -> str:
    attribute = node.attributes.get(name)
    return default if attribute is None else attribute.as_string()


def _pads_with_zero(node: ir.Node) -> bool:
    value = node.inputs[2] if len(node.inputs) > 2 else None
    if value is None:
        return True
    constant = ir.convenience.get_const_tensor(value)
    return constant is not None and not constant.numpy().any()
