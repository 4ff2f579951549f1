"""Graph -> OpenVINO's IR: `model.xml` and `model.bin`."""

import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import onnx_ir as ir
import openvino
from openvino._offline_transformations import apply_moc_transformations

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.rewrites.conv_transpose import ShiftedConvTransposeToConv
from edgec.lower.rewrites.float_biases import FloatBiases
from edgec.lower.rewrites.merge_groups import MergeGroups
from edgec.lower.rewrites.wide_head import WidenHead
from edgec.lower.rewrites.zero_column import ZeroColumn

Rewrite = Callable[[openvino.Model], None]
TOPOLOGY, WEIGHTS = "model.xml", "model.bin"
WITHOUT_BIAS = "/WithoutBiases"  # what OpenVINO calls a convolution whose bias became a layer of its own


def lower(graph: Graph, rewrite: Rewrite | None = None) -> Lowered:
    """The network in IR for one image at a time, weights in the types that the graph has.

    With a batch that is free, every shape would be worked out anew at each run. In integers the head is
    widened, and a ConvTranspose that OpenVINO would compute in float becomes a Conv (benchmarks/rewrites.py).
    `rewrite` changes the network as it was read, with the names of the graph's tensors.

    Raises UnsupportedOperatorError where OpenVINO cannot read the network.
    """
    source, result = str(graph.input.name), str(graph.output.name)
    graph = _rewritten(graph)
    topology, weights = serialize(graph, rewrite)
    nodes = {str(node.name) for node in graph.nodes}
    nodes |= {str(value.name) for node in graph.nodes for value in node.outputs}
    files = {TOPOLOGY: _normalized(topology, {source, result}, nodes), WEIGHTS: weights}
    return Lowered(files, "NCHW", source, result)


def serialize(graph: Graph, rewrite: Rewrite | None = None) -> tuple[bytes, bytes]:
    """What `lower` gives, topology and weights, while it still has the names of the graph's tensors.

    Raises UnsupportedOperatorError.
    """
    graph = _rewritten(graph)
    # Not openvino.convert_model, which reports its use over the network.
    try:
        model = openvino.Core().read_model(graph.to_bytes())
    except RuntimeError as error:
        raise UnsupportedOperatorError(f"OpenVINO cannot read the network: {error}") from error
    if rewrite is not None:
        rewrite(model)
    # The frontend leaves shape arithmetic around quantized weights; without it the file is smaller.
    apply_moc_transformations(model, cf=False, smart_reshape=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / TOPOLOGY
        # The frontend expands float16 constants; they come back without a loss.
        openvino.save_model(model, path, compress_to_fp16=_holds_float16(graph))
        return path.read_bytes(), path.with_name(WEIGHTS).read_bytes()


def _rewritten(graph: Graph) -> Graph:
    """For one image, and in the form that OpenVINO is fast in; a graph that is so already stays."""
    copy = graph.clone()
    copy.input.shape = ir.Shape((1, *list(copy.input.shape or ())[1:]))
    if any(node.op_type == "QuantizeLinear" for node in copy.nodes):
        for rewrite in (ShiftedConvTransposeToConv(), WidenHead(), FloatBiases()):
            copy = rewrite(copy).graph
    return ZeroColumn()(MergeGroups()(copy).graph).graph


def _holds_float16(graph: Graph) -> bool:
    return any(value.dtype == ir.DataType.FLOAT16 for value in graph.model.graph.initializers.values())


def _normalized(topology: bytes, kept: set[str], nodes: set[str]) -> bytes:
    """The same network without what differs between two runs, versions or machines.

    OpenVINO names the layers that it adds by a counter of the process and notes its version. `kept`: the
    tensors whose names mean something to who loads it, the input and the output. `nodes`: the network's
    nodes and what they make; a layer called after one keeps that name, so that a profile can be read.
    """
    net = ET.fromstring(topology)
    net.set("name", "network")
    for notes in net.findall("rt_info"):
        net.remove(notes)
    for layer in net.iter("layer"):
        name, kind = layer.get("name", ""), layer.get("type", "")
        named = name.removesuffix(WITHOUT_BIAS) in nodes and not is_counted(name, kind)
        if kind != "Parameter" and not named:
            layer.set("name", f"{kind}_{layer.get('id')}")
    for port in net.iter("port"):
        names = kept.intersection(port.get("names", "").split(","))
        port.attrib.pop("names", None)
        if names:
            port.set("names", ",".join(sorted(names)))
    _merge_constants(net)
    _leave_out_shapes(net)
    for data in net.iter("data"):
        if data.get("auto_broadcast") == "numpy":  # the default of every layer that has it
            data.attrib.pop("auto_broadcast")
    for element in net.iter():
        element.text, element.tail = (element.text or "").strip() or None, None
    return b'<?xml version="1.0"?>\n' + ET.tostring(net).replace(b" />", b"/>")


def _leave_out_shapes(net: ET.Element) -> None:
    """OpenVINO works out shapes from those of the image and the constants, and types from what is read."""
    for port in net.iter("port"):
        for dim in port.findall("dim"):
            port.remove(dim)
    for port in net.iterfind(".//input/port"):
        port.attrib.pop("precision", None)


def _merge_constants(net: ET.Element) -> None:
    """Let one layer stand for all constants of the same place in the file, shape and type."""
    layers = net.find("layers")
    assert layers is not None
    first: dict[tuple[str, ...], str] = {}
    merged: dict[str, str] = {}
    for layer in [layer for layer in layers if layer.get("type") == "Const"]:
        data, number = layer.find("data"), layer.get("id", "")
        key = () if data is None else tuple(f"{name}={data.get(name)}" for name in sorted(data.keys()))
        merged[number] = first.setdefault(key, number)
        if merged[number] != number:
            layers.remove(layer)
    for edge in net.iter("edge"):
        source = edge.get("from-layer", "")
        edge.set("from-layer", merged.get(source, source))


def is_counted(name: str, kind: str) -> bool:
    """Whether a layer's name is a number after its type, as OpenVINO and this lowering name what they add."""
    return name.startswith(f"{kind}_") and name.removeprefix(f"{kind}_").isdigit()
