"""The two ends of the file: float32, or int8 as the graph itself quantizes them."""

from edgec.errors import QuantizationError
from edgec.graph import Graph
from edgec.lower.tflite.tensors import Quantization, Tensor
from edgec.lower.tflite.writer import Writer, quantization_of
from edgec.recipe import Io
from edgec_runtime.format.manifest import Affine

WHY = "only int8-static can take and give int8 (--io int8)"


def begin(writer: Writer, graph: Graph, io: Io) -> Tensor:
    """The network's input, bound. Raises QuantizationError where `io` is int8 and it is read in floats."""
    source = writer.activation(graph.input, _input_quantization(graph) if io == "int8" else None)
    writer.bind(graph.input, source)
    return source


def end(writer: Writer, graph: Graph, io: Io) -> Tensor:
    """The network's output. Raises QuantizationError where `io` is int8 and it is made in floats."""
    result = writer.tensor(graph.output)
    if io == "float":
        return writer.convert(result, None, str(graph.output.name))
    if result.quantization is None:
        raise QuantizationError(f"the output {graph.output.name!r} is made in floats: {WHY}")
    return result


def affine(tensor: Tensor) -> Affine | None:
    """What an end's integers stand for; None where it is float32."""
    if tensor.quantization is None:
        return None
    return Affine(tensor.quantization.scale[0], tensor.quantization.zero)


def _input_quantization(graph: Graph) -> Quantization:
    readers = graph.input.consumers()
    found = {quantization_of(node)[0] if node.op_type == "QuantizeLinear" else None for node in readers}
    only = found.pop() if len(found) == 1 else None
    if only is None:
        raise QuantizationError(f"the input {graph.input.name!r} is read in floats: {WHY}")
    return only
