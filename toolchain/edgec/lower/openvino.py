"""Graph -> OpenVINO's IR: `model.xml` and `model.bin`."""

import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import onnx_ir as ir
import openvino
from openvino._offline_transformations import apply_moc_transformations

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.rewrites.wide_head import WidenHead

TOPOLOGY, WEIGHTS = "model.xml", "model.bin"


def lower(graph: Graph) -> Lowered:
    """The network in IR for one image at a time, weights in the types that the graph has.

    With a batch that is free, every shape would be worked out anew at each run (measured: 5 % of
    unet_light's time). The head is widened in integers, where that gains (benchmarks/rewrites.py).

    Raises UnsupportedOperatorError where OpenVINO cannot read the network.
    """
    source, result = str(graph.input.name), str(graph.output.name)
    topology, weights = serialize(graph)
    files = {TOPOLOGY: _normalized(topology, {source, result}), WEIGHTS: weights}
    return Lowered(files, "NCHW", source, result)


def serialize(graph: Graph) -> tuple[bytes, bytes]:
    """What `lower` gives, topology and weights, while it still has the names of the graph's tensors.

    Raises UnsupportedOperatorError.
    """
    graph = _one_image(graph)
    if any(node.op_type == "QuantizeLinear" for node in graph.nodes):
        graph = WidenHead()(graph).graph
    # Not openvino.convert_model, which reports its use over the network.
    try:
        model = openvino.Core().read_model(graph.to_bytes())
    except RuntimeError as error:
        raise UnsupportedOperatorError(f"OpenVINO cannot read the network: {error}") from error
    # The frontend leaves shape arithmetic around quantized weights; without it the file is smaller.
    apply_moc_transformations(model, cf=False, smart_reshape=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / TOPOLOGY
        # The frontend expands float16 constants; they come back without a loss.
        openvino.save_model(model, path, compress_to_fp16=_holds_float16(graph))
        return path.read_bytes(), path.with_name(WEIGHTS).read_bytes()


def _one_image(graph: Graph) -> Graph:
    copy = graph.clone()
    copy.input.shape = ir.Shape((1, *list(copy.input.shape or ())[1:]))
    return copy


def _holds_float16(graph: Graph) -> bool:
    return any(value.dtype == ir.DataType.FLOAT16 for value in graph.model.graph.initializers.values())


def _normalized(topology: bytes, kept: set[str]) -> bytes:
    """The same network without what differs between two runs, versions or machines.

    OpenVINO names layers by a counter of the process and notes its version; only the names of the input and
    the output mean something to who loads it.
    """
    net = ET.fromstring(topology)
    net.set("name", "network")
    for notes in net.findall("rt_info"):
        net.remove(notes)
    for layer in net.iter("layer"):
        if layer.get("type") != "Parameter":
            layer.set("name", f"{layer.get('type')}_{layer.get('id')}")
    for port in net.iter("port"):
        names = kept.intersection(port.get("names", "").split(","))
        port.attrib.pop("names", None)
        if names:
            port.set("names", ",".join(sorted(names)))
    for port in net.iterfind(".//input/port"):  # repeats what the output that leads to it says
        number = port.get("id", "")
        port.clear()
        port.set("id", number)
    for element in net.iter():
        element.text, element.tail = (element.text or "").strip() or None, None
    return b'<?xml version="1.0"?>\n' + ET.tostring(net)
