"""Graph -> OpenVINO's IR with its own BinaryConvolution, which counts bits on x86 and is slow on Arm."""

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset1
from openvino.op import Constant

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.binary.convolutions import Convolution, binary_convolutions, no_signs
from edgec.lower.binary.values import Signs
from edgec.lower.openvino import lower

Numbers = npt.NDArray[np.generic]
BELOW_ZERO = -(2.0**-100)  # the float next to 0 is none that is normal, and is taken for 0


def lower_signs_for_openvino(graph: Graph) -> Lowered:
    """As `edgec.lower.openvino.lower`, with the convolutions of signs computed with bits.

    Raises QuantizationError where no convolution is binary, UnsupportedOperatorError where activations have
    more than one bit, or where OpenVINO cannot read the network.
    """
    binary = {str(value.name): each for value, each in binary_convolutions(graph).items()}
    if not binary:
        raise no_signs()
    if any(len(each.signs.thresholds) > 1 for each in binary.values()):
        raise UnsupportedOperatorError(
            "OpenVINO's BinaryConvolution takes activations of one bit: build networks of several levels for "
            "cpu"
        )
    replacing = _Replacing(binary)
    return lower(graph, replacing)


class _Replacing:
    """Puts BinaryConvolution in the place of each convolution, in a network that was read from the graph."""

    def __init__(self, binary: dict[str, Convolution]) -> None:
        self._binary = binary

    def __call__(self, model: openvino.Model) -> None:
        """`model` still has the names of the graph's tensors."""
        outputs = {
            name: out for node in model.get_ops() for out in node.outputs() for name in out.get_names()
        }
        signs: dict[tuple[str, bytes], openvino.Output] = {}
        for name, each in self._binary.items():
            key = (str(each.signs.source.name), each.signs.thresholds.tobytes())
            if key not in signs:
                signs[key] = _one_bit(outputs[key[0]], each.signs)
            ends = list(outputs[name].get_target_inputs())
            made = _convolved(signs[key], each, name)
            for end in ends:
                end.replace_source_output(made)
        model.validate_nodes_and_infer_types()


def _convolved(bits: openvino.Output, each: Convolution, name: str) -> openvino.Output:
    """1 stands for +1 and 0 for -1; around the image there is neither (`pad_value` 0)."""
    packed, shape = np.packbits(each.weights.ravel() > 0, bitorder="little"), list(each.weights.shape)
    weights = Constant(openvino.Tensor(packed, openvino.Shape(shape), openvino.Type.u1), shared_memory=False)
    around = [shape[-1] // 2] * 2
    dot = opset1.binary_convolution(
        bits, weights, [1, 1], around, around, [1, 1], "xnor-popcount", 0.0, name=name
    )
    scaled = opset1.multiply(dot, _channels(each.scale))
    return (opset1.add(scaled, _channels(each.bias)) if each.bias.any() else scaled).output(0)


def _one_bit(source: openvino.Output, signs: Signs) -> openvino.Output:
    """FakeQuantize of two levels gives the higher one beyond its threshold, signs from it on."""
    least = signs.thresholds[0]
    below = np.where(least == 0, np.float32(BELOW_ZERO), np.nextafter(least, np.float32(-np.inf)))
    threshold, low, high = _channels(below), _channels(np.zeros(1)), _channels(np.ones(1))
    return opset1.fake_quantize(source, threshold, threshold, low, high, 2).output(0)


def _channels(values: Numbers) -> openvino.Node:
    return opset1.constant(values.astype(np.float32).reshape(1, -1, 1, 1))
