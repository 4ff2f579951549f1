"""ONNX Runtime's optimized network, written by a session of its own."""

import tempfile
from collections import Counter
from pathlib import Path

import onnx
import onnxruntime

from edgec.lower.base import Lowered
from edgec_runtime.errors import EngineError

QUIET = 3  # errors only: writing the optimized network warns that it is for this machine
CONVERSIONS = ("QuantizeLinear", "DequantizeLinear", "Cast")
TYPES: dict[int, str] = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.FLOAT16: "float16",
    onnx.TensorProto.UINT8: "int8",
    onnx.TensorProto.INT8: "int8",
}


def operators(lowered: Lowered) -> dict[str, int]:
    """Type -> operators that compute in it. Raises EngineError where the network does not load."""
    model = optimized(lowered)
    types = {value.name: _type(value.type.tensor_type.elem_type) for value in model.graph.input}
    types |= {entry.name: _type(entry.data_type) for entry in model.graph.initializer}
    count: Counter[str] = Counter()
    for node in model.graph.node:
        # QLinearConcat's first inputs are the result's scale and zero point.
        values = node.input[2:] if node.op_type == "QLinearConcat" else node.input
        source = types.get(values[0], "float32") if values else "float32"
        count["convert" if node.op_type in CONVERSIONS else source] += 1
        types |= dict.fromkeys(node.output, _result_type(node, source))
    return dict(count)


def optimized(lowered: Lowered) -> onnx.ModelProto:
    """The network that ONNX Runtime runs. Raises EngineError where it does not load."""
    network = next(iter(lowered.files.values()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimized.onnx"
        options = onnxruntime.SessionOptions()
        # As on Arm; on x86 ONNX Runtime would turn int8 into uint8 first and count conversions of its own.
        options.add_session_config_entry("session.qdqisint8allowed", "1")
        options.optimized_model_filepath, options.log_severity_level = str(path), QUIET
        try:
            onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise EngineError(f"onnxruntime cannot load the network: {error}") from error
        return onnx.load(path)


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
    return TYPES.get(code, "other")
