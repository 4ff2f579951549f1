"""A convolution's weight and bias in a profile's integers: in the built graph, and where it is simulated."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.quantize.bias import least_weight_scale, quantize_bias
from edgec.quantize.weights import Weights, quantize_weights
from edgec_targets.target import Int8

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Rounding:
    """How a convolution's constants are rounded.

    `weight_name` and `bias_name`: for errors. `input_scale`: of the activation that the convolution takes.
    `axis`: of the weight's output channels. Conv weights are (out, in / group, kh, kw), ConvTranspose
    weights (in, out / group, kh, kw): there a scale is shared by the channels of the same place in each of
    the `groups`.
    """

    weight_name: str
    bias_name: str
    input_scale: float
    axis: int
    groups: int
    int8: Int8

    @classmethod
    def of(cls, node: ir.Node, input_scale: float, int8: Int8) -> "Rounding":
        """That of a Conv or ConvTranspose, which may have no bias yet."""
        axis, groups = (0, 1) if node.op_type == "Conv" else (1, node.attributes.get_int("group", 1))
        bias = node.inputs[2] if len(node.inputs) > 2 else None
        bias_name = f"{node.name}_bias" if bias is None else str(bias.name)
        weight = node.inputs[1]
        return cls(str(weight and weight.name), bias_name, input_scale, axis, groups, int8)

    def weights(self, weight: Floats, bias: Floats | None) -> Weights:
        """int8, with scales under which `bias` (channels,) fits too. Raises QuantizationError."""
        least = np.zeros(weight.shape[self.axis])
        if bias is not None:
            of_each = least_weight_scale(self.bias_name, bias, self.input_scale)
            least = of_each.reshape(self.groups, -1).max(axis=0)
        return quantize_weights(
            self.weight_name,
            weight,
            least,
            axis=self.axis,
            per_channel=self.int8.per_channel,
            reduce_range=self.int8.reduce_range,
        )

    def bias(self, bias: Floats, weights: Weights) -> tuple[npt.NDArray[np.int32], Floats]:
        """int32 and their scale: (channels,), or () where the weights have one. Raises QuantizationError."""
        scale = np.asarray(weights.scale * np.float32(self.input_scale))
        if scale.ndim:
            scale = np.tile(scale, self.groups)
        return quantize_bias(self.bias_name, bias, scale), scale
