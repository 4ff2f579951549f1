"""Small networks for the tests of the lowerings, and how to run them in each engine."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from ai_edge_litert.interpreter import Interpreter
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from edgec.graph import Graph
from edgec.lower import Lowered, lower
from edgec.lower import operators as census
from edgec.lower.census.operator import LEFT_OUT

Array = npt.NDArray[np.float32]
Shape = tuple[int | str, ...]
LOGGER_ERRORS = 3


def values(shape: Sequence[int], seed: int = 0) -> Array:
    """Normal random numbers."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def node(kind: str, *inputs: str, to: str = "y", **attributes: Any) -> onnx.NodeProto:
    """A node named after what it makes."""
    return onnx.helper.make_node(kind, inputs, [to], name=f"{kind}_{to}", **attributes)


def network(shape: Shape, *nodes: onnx.NodeProto, **constants: npt.ArrayLike) -> Graph:
    """Input `x`, output `y`; constants are initializers."""
    graph = onnx.helper.make_graph(
        nodes,
        "network",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(np.asarray(data), name) for name, data in constants.items()],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)], ir_version=10)
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    onnx.checker.check_model(model)
    return Graph.from_bytes(model.SerializeToString())


def image_for(graph: Graph, seed: int = 0) -> Array:
    """Random input in the graph's own shape."""
    shape = graph.input.shape
    assert shape is not None
    return values([dim if isinstance(dim, int) else 1 for dim in shape], seed)


class _Samples(CalibrationDataReader):
    def __init__(self, graph: Graph) -> None:
        self._samples = iter([{"x": image_for(graph, seed)} for seed in range(4)])

    def get_next(self) -> dict[str, Array] | None:
        return next(self._samples, None)


def between_integers(shape: Shape, *operators: onnx.NodeProto, **constants: npt.ArrayLike) -> Graph:
    """Operators from `a` to `b` whose input and output are quantized, for those that no quantizer takes."""
    return network(
        shape,
        node("QuantizeLinear", "x", "sx", "z", to="q"),
        node("DequantizeLinear", "q", "sx", "z", to="a"),
        *operators,
        node("QuantizeLinear", "b", "sy", "z", to="r"),
        node("DequantizeLinear", "r", "sy", "z"),
        sx=np.float32(0.03),
        sy=np.float32(0.02),
        z=np.uint8(128),
        **constants,
    )


def quantized(graph: Graph, activation: QuantType = QuantType.QUInt8) -> Graph:
    """In QDQ form by ONNX Runtime's own quantizer, which knows more operators than ours."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quantized.onnx"
        quantize_static(
            graph.to_proto(),
            path,
            _Samples(graph),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=activation,
            weight_type=QuantType.QInt8,
            extra_options={"ForceQuantizeNoInputCheck": True},
        )
        return Graph.from_bytes(path.read_bytes())


def in_onnxruntime(network_bytes: bytes, image: Array, *, exact: bool = True) -> Array:
    """The answer of ONNX Runtime; `exact`: each node as ONNX defines it, nothing fused."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = LOGGER_ERRORS
    if exact:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(network_bytes, options, providers=["CPUExecutionProvider"])
    answer: Array = session.run(None, {session.get_inputs()[0].name: image})[0]
    return answer


def loaded(lowered: Lowered) -> Interpreter:
    """An interpreter ready to run."""
    interpreter = Interpreter(model_content=lowered.files["model.tflite"], num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def in_tflite(lowered: Lowered, image: Array) -> Array:
    """The answer of TFLite to an NCHW image, as NCHW."""
    interpreter = loaded(lowered)
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.set_tensor(source["index"], np.ascontiguousarray(image.transpose(0, 2, 3, 1)))
    interpreter.invoke()
    answer: Array = interpreter.get_tensor(result["index"]).transpose(0, 3, 1, 2)
    return answer


def operator_names(lowered: Lowered) -> list[str]:
    """The operators of a TFLite file, in order, without the delegates that run them."""
    return [name for name in _names(loaded(lowered)) if name != "DELEGATE"]


def _names(interpreter: Interpreter) -> Iterator[str]:
    return (step["op_name"] for step in interpreter._get_ops_details())


def step_of(graph: Graph) -> float:
    """The scale of the last quantization: what one step of the output is worth."""
    last = [entry for entry in graph.nodes if entry.op_type == "QuantizeLinear"][-1]
    scale = last.inputs[1]
    assert scale is not None
    assert scale.const_value is not None
    return float(scale.const_value.numpy())


def check_float(graph: Graph, tolerance: float = 1e-5) -> Lowered:
    """TFLite and ONNX Runtime say the same of a random image."""
    lowered, image = lower(graph, "tflite"), image_for(graph, seed=7)
    wanted = in_onnxruntime(graph.to_bytes(), image)
    np.testing.assert_allclose(in_tflite(lowered, image), wanted, rtol=tolerance, atol=tolerance)
    return lowered


def check_int8(graph: Graph, steps: int = 1) -> Lowered:
    """The same of a quantized graph, all in int8, within so many steps of the output's scale."""
    lowered, image = lower(graph, "tflite"), image_for(graph, seed=2)
    types = {name.removesuffix(LEFT_OUT) for name in census(lowered, "tflite")}
    assert types == {"int8", "convert"}
    wanted, found = in_onnxruntime(graph.to_bytes(), image), in_tflite(lowered, image)
    assert np.abs(found - wanted).max() <= (steps + 0.01) * step_of(graph)
    assert np.abs(wanted).max() > 4 * step_of(graph), "a result of hardly anything tests nothing"
    return lowered


def between_convolutions(*operators: onnx.NodeProto, **constants: npt.ArrayLike) -> Graph:
    """Conv `first`, operators from `a` to `b` if any, Conv `last`, 4 channels of 8x8."""
    pads = [1, 1, 1, 1]
    first = node("Conv", "x", "v", to="a", pads=pads)
    last = node("Conv", "b" if operators else "a", "w", pads=pads)
    weights = {"v": values((4, 4, 3, 3)), "w": values((4, 4, 3, 3), 1)}
    return network((1, 4, 8, 8), first, *operators, last, **weights, **constants)
