"""Small networks for the tests of quantization, and what runs them."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import onnx
import onnx.parser
import onnxruntime

from edgec.graph import Graph
from edgec.quantize import tensors_to_observe
from edgec_calibration import Ranges, calibrate

Array = npt.NDArray[np.float32]


def values(*shape: int, seed: int = 0) -> Array:
    """Normal random numbers."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def network(body: str, channels: int = 2, **weights: npt.ArrayLike) -> Graph:
    """From image (N, channels, 8, 8) to map; `body` in ONNX's text form."""
    text = f"""<ir_version: 10, opset_import: ["": 21]>
        network (float[batch,{channels},8,8] image) => (float[batch,c,h,w] map) {{ {body} }}"""
    model = onnx.parser.parse_model(text)
    for name, data in weights.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(data), name))
    return Graph.from_bytes(onnx.shape_inference.infer_shapes(model, strict_mode=True).SerializeToString())


def images(channels: int = 2, count: int = 3) -> list[Array]:
    """Random images for `network`."""
    return [values(1, channels, 8, 8, seed=seed) for seed in range(count)]


def measured(graph: Graph, samples: Sequence[Array], method: str = "min-max") -> Ranges:
    """The ranges that quantize_static asks for."""
    return calibrate(graph.to_bytes(), tensors_to_observe(graph), samples, method)


def session(graph: Graph, *, optimized: bool = False, saved: str = "") -> onnxruntime.InferenceSession:
    """ONNX Runtime, computing the graph's nodes as they are written, or as it would by itself on Arm."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    # On x86 it would rewrite int8 to uint8 where it can, and leave the rest in float.
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    if saved:
        options.optimized_model_filepath = saved
    return onnxruntime.InferenceSession(graph.to_bytes(), options, providers=["CPUExecutionProvider"])


def run(graph: Graph, image: Array, *, optimized: bool = False) -> Array:
    """What the network makes of the image."""
    result: Array = session(graph, optimized=optimized).run(None, {str(graph.input.name): image})[0]
    return result


def signal_to_noise(wanted: Array, found: Array) -> float:
    """In dB: 20 log10 of the norm of what is wanted to that of the difference."""
    noise = max(float(np.linalg.norm(wanted - found)), 1e-30)
    return float(20 * np.log10(np.linalg.norm(wanted) / noise))


def initializers(graph: Graph) -> Mapping[str, npt.NDArray[np.generic]]:
    """Name -> value."""
    return {
        name: value.const_value.numpy()
        for name, value in graph.model.graph.initializers.items()
        if value.const_value is not None
    }
