"""ONNX Runtime's optimized network, written by a session of its own, and the times of its profiler."""

import json
import re
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import onnx
import onnxruntime

from edgec.lower.base import Lowered
from edgec.lower.census.operator import CONVERT, Operator
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines.onnxruntime import session_options
from edgec_runtime.errors import EngineError

RUNS, WARM_UP = 15, 3
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


def list_operators(lowered: Lowered, image: Array | None, options: LoadOptions) -> list[Operator]:
    """What runs, in order. With an image, in the engine's layout, each has the median of its times.

    Raises EngineError where the network does not load.
    """
    network = next(iter(lowered.files.values()))
    model, times = _optimized(network, image, options)
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
        found.append(
            Operator(
                name=node.name,
                kind=node.op_type,
                type=CONVERT if node.op_type in CONVERSIONS else source,
                layer=layers.get(_ADDED.sub("", node.name)),
                sources=sources,
                milliseconds=times.get(node.name),
            )
        )
        types |= dict.fromkeys(node.output, _result_type(node, source))
        makers |= dict.fromkeys(node.output, node.name)
    return found


def optimized(lowered: Lowered) -> onnx.ModelProto:
    """The network that ONNX Runtime runs. Raises EngineError where it does not load."""
    return _optimized(next(iter(lowered.files.values())), None, LoadOptions(threads=1))[0]


def _optimized(
    network: bytes, image: Array | None, options: LoadOptions
) -> tuple[onnx.ModelProto, dict[str, float]]:
    """The network as it runs, and for each node's name its milliseconds, where there is an image."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimized.onnx"
        chosen = session_options(onnxruntime, options)
        chosen.optimized_model_filepath = str(path)
        chosen.enable_profiling = image is not None
        chosen.profile_file_prefix = str(Path(folder) / "profile")
        try:
            session = onnxruntime.InferenceSession(network, chosen, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise EngineError(f"onnxruntime cannot load the network: {error}") from error
        times = {} if image is None else _profile(session, image)
        return onnx.load(path), times


def _profile(session: Any, image: Array) -> dict[str, float]:
    feeds = {session.get_inputs()[0].name: image}
    for _ in range(WARM_UP + RUNS):
        session.run(None, feeds)
    events = json.loads(Path(session.end_profiling()).read_text("utf-8"))
    times = defaultdict(list)
    for event in events:
        if event["cat"] == "Node" and event["name"].endswith(_TIMED):
            times[event["name"].removesuffix(_TIMED)].append(event["dur"] / 1000)
    return {name: median(found[WARM_UP:]) for name, found in times.items()}


def _result_type(node: onnx.NodeProto, source: str) -> str:
    """Only conversions change the type, and they say to which: the zero point's, or float32."""
    if node.op_type == "QuantizeLinear":
        return "int8"
    if node.op_type == "DequantizeLinear":
        return "float32"
    if node.op_type == "Cast":
        return _type(next(entry.i for entry in node.attribute if entry.name == "to"))
    return source


def _type(code: int) -> str:
    return TYPES.get(code, OTHER)
