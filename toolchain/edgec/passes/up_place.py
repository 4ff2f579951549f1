"""Where an enlargement meets its skip: ConvTranspose and skip, Concat, convolution."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.passes.arrays import array_of, integers_of, only_user, pads_itself

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class UpPlace:
    """A 2x2 ConvTranspose of stride 2 whose map, beside one skip, goes only into a 3x3 convolution.

    `kernel` (I, U, 2, 2) and `bias` (U,) of the ConvTranspose, `skip_weight` (O, S, 3, 3) and `up_weight`
    (O, U, 3, 3) of the convolution. `source` is the convolution that makes what the ConvTranspose reads,
    through a Relu or not; None where there is no bias that would need a channel more from it.
    """

    up: ir.Node
    skip: ir.Value
    concat: ir.Node
    conv: ir.Node
    source: ir.Node | None
    kernel: Floats
    bias: Floats
    skip_weight: Floats
    up_weight: Floats

    @property
    def saves(self) -> bool:
        """Whether the merged form takes fewer products."""
        (inputs, channels, *_), outputs = self.kernel.shape, len(self.up_weight)
        return bool(4 * inputs * outputs < inputs * channels + 9 * channels * outputs)

    @property
    def more_weights(self) -> int:
        """How many weights the merged form has more."""
        return int(16 * self.kernel.shape[0] * len(self.up_weight)) - self.kernel.size - self.up_weight.size


def find_places(graph: ir.Graph) -> list[UpPlace]:
    """All of them, in the order of the network."""
    return [place for node in graph if (place := _place(node)) is not None]


def constants_of(node: ir.Node) -> tuple[Floats, Floats]:
    """Weight and bias of a convolution of constants, zeros where it has no bias."""
    weight = array_of(node.inputs[1])
    assert weight is not None
    given = array_of(node.inputs[2]) if len(node.inputs) > 2 else None
    channels = weight.shape[1 if node.op_type == "ConvTranspose" else 0]
    return weight, np.zeros(channels, np.float32) if given is None else given


def _place(concat: ir.Node) -> UpPlace | None:
    if concat.op_type != "Concat" or concat.attributes.get_int("axis", 0) not in (1, -3):
        return None
    conv, up = only_user(concat), _up_of(concat)
    if conv is None or up is None or not _is_3x3(conv):
        return None
    (kernel, bias), (weight, _) = constants_of(up), constants_of(conv)
    source = _source(up) if bias.any() else None
    first, second = concat.inputs
    skip = second if first is up.outputs[0] else first
    if skip is None or (bias.any() and source is None):
        return None
    channels = kernel.shape[1]
    cut = channels if skip is second else weight.shape[1] - channels
    before, after = weight[:, :cut], weight[:, cut:]
    up_weight, skip_weight = (before, after) if skip is second else (after, before)
    return UpPlace(up, skip, concat, conv, source, kernel, bias, skip_weight, up_weight)


def _up_of(concat: ir.Node) -> ir.Node | None:
    """The ConvTranspose among two inputs."""
    made = [None if value is None else value.producer() for value in concat.inputs]
    ups = [node for node in made if node is not None and _enlarges(node) and only_user(node) is concat]
    return ups[0] if len(ups) == 1 and len(made) == 2 else None


def _source(up: ir.Node) -> ir.Node | None:
    value, reader = up.inputs[0], up
    node = None if value is None else value.producer()
    if node is not None and node.op_type == "Relu" and only_user(node) is up:
        value, reader = node.inputs[0], node
        node = None if value is None else value.producer()
    if node is None or node.op_type != "Conv" or only_user(node) is not reader:
        return None
    return node if _is_constant(node) and node.attributes.get_int("group", 1) == 1 else None


def _enlarges(node: ir.Node) -> bool:
    return (
        node.op_type == "ConvTranspose"
        and _is_constant(node)
        and _kernel_size(node) == (2, 2)
        and integers_of(node, "strides") == (2, 2)
        and not any(integers_of(node, "pads") + integers_of(node, "output_padding"))
        and not pads_itself(node)
        and "output_shape" not in node.attributes
        and node.attributes.get_int("group", 1) == 1
    )


def _is_3x3(node: ir.Node) -> bool:
    return (
        node.op_type == "Conv"
        and _is_constant(node)
        and _kernel_size(node) == (3, 3)
        and integers_of(node, "pads") == (1, 1, 1, 1)
        and set(integers_of(node, "strides") + integers_of(node, "dilations")) <= {1}
        and node.attributes.get_int("group", 1) == 1
    )


def _is_constant(node: ir.Node) -> bool:
    return all(value is None or array_of(value) is not None for value in node.inputs[1:])


def _kernel_size(node: ir.Node) -> tuple[int, ...]:
    weight = array_of(node.inputs[1])
    return () if weight is None else weight.shape[2:]
