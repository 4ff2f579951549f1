"""Large convolutions, one behind the other: what engines are fastest at."""

from dataclasses import dataclass

import numpy as np
import onnx

from edgec.graph import INPUT, OPSET, OUTPUT, Graph
from edgec.quantize import quantize_static, tensors_to_observe
from edgec.tidy import IR_VERSION, tidy
from edgec_calibration import Ranges
from edgec_targets.target import Int8

SEED = 7


@dataclass(frozen=True)
class Workload:
    """`depth` convolutions of `channels` to as many, with square kernels, on a square map of `size`."""

    channels: int
    kernel: int
    size: int
    depth: int = 4

    def __str__(self) -> str:
        kernel = f"{self.kernel}x{self.kernel}"
        return f"{self.depth} x Conv {kernel}, {self.channels} channels, {self.size}x{self.size}"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of the input, NCHW."""
        return (1, self.channels, self.size, self.size)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one run."""
        return self.depth * self.channels**2 * self.kernel**2 * self.size**2


def convolutions(work: Workload) -> Graph:
    """The network in float32, with weights that keep the values' size."""
    random = np.random.default_rng(SEED)
    fan_in = work.channels * work.kernel**2
    nodes, weights, value = [], [], INPUT
    for number in range(work.depth):
        shape = (work.channels, work.channels, work.kernel, work.kernel)
        values = random.normal(0, fan_in**-0.5, shape).astype(np.float32)
        weights.append(onnx.numpy_helper.from_array(values, f"w{number}"))
        result = OUTPUT if number == work.depth - 1 else f"v{number}"
        pads = [work.kernel // 2] * 4
        nodes.append(onnx.helper.make_node("Conv", [value, f"w{number}"], [result], pads=pads))
        value = result
    ends = [onnx.helper.make_tensor_value_info(name, 1, work.shape) for name in (INPUT, OUTPUT)]
    graph = onnx.helper.make_graph(nodes, "peak", ends[:1], ends[1:], weights)
    opset = onnx.helper.make_opsetid("", OPSET)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    return tidy(Graph.from_bytes(onnx.shape_inference.infer_shapes(model).SerializeToString()).model)


def in_integers(graph: Graph, int8: Int8) -> Graph:
    """The same in 8 bits; the ranges are those of such weights on such an image."""
    limits = dict.fromkeys(tensors_to_observe(graph), (-4.0, 4.0))
    return quantize_static(graph, Ranges(limits, "none", graph.digest, "none"), int8)
