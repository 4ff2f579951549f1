"""ONNX Runtime's optimized network, written by a session of its own, and the times of its profiler."""

import json
import math
import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import onnx
import onnxruntime

from edgec.lower.base import Lowered
from edgec.lower.census.operator import BINARY, CONVERT, Operator
from edgec.lower.census.work import binary_multiply_accumulates, multiply_accumulates
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines.onnxruntime import registered_kernels, session_options
from edgec_runtime.errors import EngineError
from edgec_runtime.kernels import DOMAIN
from edgec_runtime.kernels.library import uses_domain

RUNS, WARM_UP = 15, 3
OF_BYTES = ("Int8Conv", "StreamConvFloat")  # those of our operators that multiply no signs
CONVERSIONS = ("QuantizeLinear", "DequantizeLinear", "Cast")
SHAPES, OTHER = ("Shape", "Size"), "other"  # they read no value
TYPES: dict[int, str] = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.FLOAT16: "float16",
    onnx.TensorProto.UINT8: "int8",
    onnx.TensorProto.INT8: "int8",
}
_ADDED = re.compile(r"(_nchwc|_token_[0-9]+)$")  # to the name of a node that ONNX Runtime replaces
_TIMED = "_kernel_time"
Shape = tuple[int, ...]


@dataclass
class Event:
    """What the profiler tells of a node: microseconds of each run, and of the last one the shapes of what it
    takes, without the weights that were packed, and gives; the bytes of the activations.
    """

    times: list[float] = field(default_factory=list)
    takes: list[Shape] = field(default_factory=list)
    gives: Shape = ()
    bytes: int = 0


def list_operators(lowered: Lowered, image: Array | None, options: LoadOptions) -> list[Operator]:
    """What runs, in order. With an image, in the engine's layout, each has the median of its times.

    Raises EngineError where the network does not load.
    """
    network = next(iter(lowered.files.values()))
    model, events = _optimized(network, image, options)
    weights = {entry.name: entry for entry in model.graph.initializer}
    nodes = list(onnx.load_from_string(network).graph.node)
    layers = {output: node.name for node in nodes for output in node.output}
    layers |= {node.name: node.name for node in nodes}
    types = {value.name: _type(value.type.tensor_type.elem_type) for value in model.graph.input}
    types |= {entry.name: _type(entry.data_type) for entry in model.graph.initializer}
    makers = {value.name: value.name for value in model.graph.input}
    found = []
    for node in model.graph.node:
        # QLinearConcat's first inputs are the result's scale and zero point.
        values = node.input[2:] if node.op_type == "QLinearConcat" else node.input
        source = types.get(values[0], "float32") if values else "float32"
        source = OTHER if node.op_type in SHAPES else source
        sources = tuple(dict.fromkeys(makers[value] for value in values if value in makers))
        operator = Operator(
            name=node.name,
            kind=node.op_type,
            type=_type_of(node, source),
            layer=layers.get(_ADDED.sub("", node.name)),
            sources=sources,
        )
        found.append(_with_work(operator, node, weights, events.get(node.name)))
        types |= dict.fromkeys(node.output, _result_type(node, source))
        makers |= dict.fromkeys(node.output, node.name)
    return found


def optimized(lowered: Lowered) -> onnx.ModelProto:
    """The network that ONNX Runtime runs. Raises EngineError where it does not load."""
    return _optimized(next(iter(lowered.files.values())), None, LoadOptions(threads=1))[0]


def _with_work(
    operator: Operator, node: onnx.NodeProto, weights: Mapping[str, onnx.TensorProto], event: Event | None
) -> Operator:
    """With its time and the sizes of its tensors, where it was run."""
    if event is None:
        return operator
    fixed = [weights[name] for name in node.input if name in weights]
    return replace(
        operator,
        milliseconds=median(event.times[WARM_UP:]) / 1000,
        bytes=event.bytes,
        weight_bytes=sum(_size(entry) for entry in fixed),
        macs=_macs(node, [tuple(entry.dims) for entry in fixed], event),
        shape=event.gives,
    )


def _macs(node: onnx.NodeProto, fixed: list[Shape], event: Event) -> int | None:
    source = event.takes[0] if event.takes else ()
    if node.domain == DOMAIN:
        channels = next((entry.i for entry in node.attribute if entry.name == "channels"), 0)
        if node.op_type in OF_BYTES:
            return binary_multiply_accumulates(source, fixed[0][:-1], fixed[0][-1])
        # The weights come first of what is fixed; what is no convolution has none, or no channels.
        return binary_multiply_accumulates(source, fixed[0], channels) if fixed and channels else None
    factors = max([*fixed, *event.takes[1:]], key=len, default=())
    return multiply_accumulates(node.op_type, source, factors, event.gives)


def _size(tensor: onnx.TensorProto) -> int:
    return int(math.prod(tensor.dims) * onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize)


def _optimized(
    network: bytes, image: Array | None, options: LoadOptions
) -> tuple[onnx.ModelProto, dict[str, Event]]:
    """The network as it runs, and by each node's name what was seen of it, where there is an image."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimized.onnx"
        chosen = session_options(onnxruntime, options)
        chosen.optimized_model_filepath = str(path)
        chosen.enable_profiling = image is not None
        if uses_domain(network):
            registered_kernels(chosen)
        chosen.profile_file_prefix = str(Path(folder) / "profile")
        try:
            session = onnxruntime.InferenceSession(network, chosen, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise EngineError(f"onnxruntime cannot load the network: {error}") from error
        events = {} if image is None else _profile(session, image)
        return onnx.load(path), events


def _profile(session: Any, image: Array) -> dict[str, Event]:
    feeds = {session.get_inputs()[0].name: image}
    for _ in range(WARM_UP + RUNS):
        session.run(None, feeds)
    told = json.loads(Path(session.end_profiling()).read_text("utf-8"))
    found: dict[str, Event] = defaultdict(Event)
    for entry in told:
        if entry["cat"] == "Node" and entry["name"].endswith(_TIMED):
            event, notes = found[entry["name"].removesuffix(_TIMED)], entry["args"]
            event.times.append(entry["dur"])
            event.takes = _shapes(notes["input_type_shape"])
            event.gives = next(iter(_shapes(notes["output_type_shape"])), ())
            event.bytes = int(notes["activation_size"]) + int(notes["output_size"])
    return dict(found)


def _shapes(notes: list[dict[str, list[int]]]) -> list[Shape]:
    """[{"float": [1, 16, 8, 8]}, ...] -> the shapes."""
    return [tuple(shape) for entry in notes for shape in entry.values()]


def _type_of(node: onnx.NodeProto, source: str) -> str:
    """In which it computes, where its first input is of the type `source`."""
    if node.domain == DOMAIN:
        return "int8" if node.op_type in OF_BYTES else BINARY
    return CONVERT if node.op_type in CONVERSIONS else source


def _result_type(node: onnx.NodeProto, source: str) -> str:
    """Only conversions change the type, and they say to which: the zero point's, or float32.

    Our operators give streams of int8 or packed bits, but for the three that lead back to floats.
    """
    if node.domain == DOMAIN:
        return "float32" if node.op_type in ("BinaryConvFloat", "BitUnpack", "StreamConvFloat") else "int8"
    if node.op_type == "QuantizeLinear":
        return "int8"
    if node.op_type == "DequantizeLinear":
        return "float32"
    if node.op_type == "Cast":
        return _type(next(entry.i for entry in node.attribute if entry.name == "to"))
    return source


def _type(code: int) -> str:
    return TYPES.get(code, OTHER)
