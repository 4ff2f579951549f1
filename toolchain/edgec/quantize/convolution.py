"""The constants of one convolution, in integers."""

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.errors import QuantizationError
from edgec.quantize.constants import Rounding
from edgec.quantize.correction import lost_mean
from edgec.quantize.insert import Inserter
from edgec_targets.target import Int8


def quantize_constants(
    inserter: Inserter,
    node: ir.Node,
    input_scale: float,
    int8: Int8,
    means: tuple[float, ...] | None = None,
) -> None:
    """Give `node` int8 weights and an int32 bias behind DequantizeLinear; see Rounding.

    `means`, of the input's channels, are given where the bias shall make good what rounding the weights
    loses on average; a bias is then added where there is none.
    """
    rounding = Rounding.of(node, input_scale, int8)
    weight = _constant(node, 1)
    bias = _constant(node, 2) if len(node.inputs) > 2 and node.inputs[2] is not None else None
    weights = rounding.weights(weight, bias)
    name = rounding.weight_name
    node.replace_input_with(
        1, inserter.dequantized_constant(node, name, weights.integers, weights.scale, rounding.axis)
    )
    if means is not None:
        lost = lost_mean(node, weight, weights, np.array(means))
        bias = (lost if bias is None else bias + lost).astype(np.float32)
    if bias is not None:
        integers, scale = rounding.bias(bias, weights)
        node.resize_inputs(3)
        node.replace_input_with(
            2, inserter.dequantized_constant(node, rounding.bias_name, integers, scale, 0)
        )


def _constant(node: ir.Node, place: int) -> npt.NDArray[np.float32]:
    value = node.inputs[place]
    tensor = None if value is None else value.const_value
    if value is None or tensor is None or tensor.dtype != ir.DataType.FLOAT:
        raise QuantizationError(f"input {place} of {node.name!r} is not a float32 constant")
    return tensor.numpy()
