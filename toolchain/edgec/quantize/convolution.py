"""The constants of one convolution, in integers."""

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.errors import QuantizationError
from edgec.quantize.bias import least_weight_scale, quantize_bias
from edgec.quantize.correction import lost_mean
from edgec.quantize.insert import Inserter
from edgec.quantize.weights import quantize_weights
from edgec_targets.target import Int8


def quantize_constants(
    inserter: Inserter,
    node: ir.Node,
    input_scale: float,
    int8: Int8,
    means: tuple[float, ...] | None = None,
) -> None:
    """Give `node` int8 weights and an int32 bias behind DequantizeLinear.

    Conv weights are (out, in / group, kh, kw), ConvTranspose weights (in, out / group, kh, kw): there a
    scale is shared by the channels of the same place in each group. `means`, of the input's channels, are
    given where the bias shall make good what rounding the weights loses on average; a bias is then added
    where there is none.
    """
    axis, groups = (0, 1) if node.op_type == "Conv" else (1, node.attributes.get_int("group", 1))
    name, weight = _constant(node, 1)
    bias_name, bias = _bias(node)
    least = np.zeros(weight.shape[axis])
    if bias is not None:
        least = least_weight_scale(bias_name, bias, input_scale).reshape(groups, -1).max(axis=0)
    weights = quantize_weights(
        name, weight, least, axis=axis, per_channel=int8.per_channel, reduce_range=int8.reduce_range
    )
    node.replace_input_with(
        1, inserter.dequantized_constant(node, name, weights.integers, weights.scale, axis)
    )
    if means is not None:
        lost = lost_mean(node, weight, weights, np.array(means))
        bias = (lost if bias is None else bias + lost).astype(np.float32)
    if bias is not None:
        scale = np.asarray(weights.scale * np.float32(input_scale))
        if scale.ndim:
            scale = np.tile(scale, groups)
        integers = quantize_bias(bias_name, bias, scale)
        node.resize_inputs(3)
        node.replace_input_with(2, inserter.dequantized_constant(node, bias_name, integers, scale, 0))


def _bias(node: ir.Node) -> tuple[str, npt.NDArray[np.float32] | None]:
    """Its name and values; None, and a name for one to come, where there is none."""
    if len(node.inputs) > 2 and node.inputs[2] is not None:
        return _constant(node, 2)
    return f"{node.name}_bias", None


def _constant(node: ir.Node, place: int) -> tuple[str, npt.NDArray[np.float32]]:
    value = node.inputs[place]
    tensor = None if value is None else value.const_value
    if value is None or tensor is None or tensor.dtype != ir.DataType.FLOAT:
        raise QuantizationError(f"input {place} of {node.name!r} is not a float32 constant")
    return str(value.name), tensor.numpy()
