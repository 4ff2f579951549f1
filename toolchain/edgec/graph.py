"""Graph: a typed view over an onnx_ir model, the one thing that passes, quantizer and lowerings share."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import onnx
import onnx_ir as ir

from edgec.errors import GraphError

OPSET = 21  # the newest that every engine's oldest supported version reads
_COMPARISONS = {"Greater", "GreaterOrEqual", "Less", "LessOrEqual"}
INPUT, OUTPUT = "image", "map"  # what every exported network calls its two ends


@dataclass(frozen=True)
class Graph:
    """An ONNX network with one image input and one map output, NCHW.

    The model is shared, not copied: a pass that changes it works on `graph.clone()`.
    """

    model: ir.Model

    @classmethod
    def from_bytes(cls, data: bytes) -> "Graph":
        """Parse a serialized ModelProto. Raises GraphError when it is not one."""
        try:
            return cls(ir.from_proto(onnx.load_from_string(data)))
        except Exception as error:
            raise GraphError(f"these bytes are not an ONNX model: {error}") from error

    def to_proto(self) -> onnx.ModelProto:
        """The same network as protobuf."""
        return ir.to_proto(self.model)

    def to_bytes(self) -> bytes:
        """Serialize, the same bytes for the same network."""
        data: bytes = self.to_proto().SerializeToString(deterministic=True)
        return data

    def clone(self) -> "Graph":
        """A deep copy whose nodes can be changed freely (the weights' memory is shared)."""
        return Graph(self.model.clone())

    @property
    def nodes(self) -> Iterator[ir.Node]:
        """The nodes in topological order."""
        return iter(self.model.graph)

    @property
    def input(self) -> ir.Value:
        """The image. Raises GraphError unless there is exactly one input."""
        return _only(self.model.graph.inputs, "input")

    @property
    def output(self) -> ir.Value:
        """The map. Raises GraphError unless there is exactly one output."""
        return _only(self.model.graph.outputs, "output")

    @property
    def convs(self) -> list[ir.Node]:
        """Conv and ConvTranspose nodes, in order."""
        return [node for node in self.nodes if node.op_type in ("Conv", "ConvTranspose")]

    @property
    def leaps(self) -> bool:
        """Whether signs are taken, by Sign or by a choice between two constants.

        Then a sum in another order may change an answer by far. A choice between values that were computed,
        as of a leaky ReLU, is none: those meet where it changes.
        """
        return any(_takes_signs(node) for node in self.nodes)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all convolutions for one image; needs static shapes.

        Raises GraphError where a convolution's shape is not known.
        """
        return sum(_conv_macs(node) for node in self.convs)

    @property
    def digest(self) -> str:
        """sha256 of the serialized network, in hex."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def static_shape(value: ir.Value) -> tuple[int, ...]:
    """The value's shape with a symbolic batch as 1. Raises GraphError where another dimension is unknown."""
    if value.shape is None:
        raise GraphError(f"the shape of {value.name!r} is not known: run shape inference first")
    dims = tuple(dim if isinstance(dim, int) else None for dim in value.shape)
    if dims and dims[0] is None:
        dims = (1, *dims[1:])
    if None in dims:
        raise GraphError(f"{value.name!r} has the shape {value.shape}: a fixed size is needed here")
    return tuple(dim for dim in dims if dim is not None)


def _takes_signs(node: ir.Node) -> bool:
    if node.op_type != "Where" or node.inputs[0] is None:
        return node.op_type == "Sign"
    compared, ends = node.inputs[0].producer(), node.inputs[1:]
    constant = all(ir.convenience.get_const_tensor(end) is not None for end in ends if end is not None)
    return compared is not None and compared.op_type in _COMPARISONS and constant


def _conv_macs(node: ir.Node) -> int:
    weight = node.inputs[1]
    if weight is None:
        raise GraphError(f"{node.name!r} has no weight")
    kernel = static_shape(weight)
    # Conv weights are (out, in/group, kh, kw): each output position costs one weight each.
    # ConvTranspose weights are (in, out/group, kh, kw): each input position does.
    place = node.outputs[0] if node.op_type == "Conv" else node.inputs[0]
    if place is None:
        raise GraphError(f"{node.name!r} has no input")
    return math.prod(kernel) * math.prod(static_shape(place)[2:])


def _only(values: Sequence[ir.Value], kind: str) -> ir.Value:
    found = list(values)
    if len(found) != 1:
        names = ", ".join(str(value.name) for value in found) or "none"
        raise GraphError(f"the network has {len(found)} {kind}s ({names}); edgec takes exactly one")
    return found[0]
