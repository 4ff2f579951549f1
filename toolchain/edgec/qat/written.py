"""A tuned network as an ONNX file: float weights, and the ranges and types that they were tuned with."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import onnx.helper
import onnx_ir as ir

from edgec.graph import OUTPUT, Graph
from edgec.passes.activation import logits_of
from edgec.source import Tuned


def with_weights(graph: Graph, weights: Mapping[str, npt.NDArray[np.float32]]) -> Graph:
    """A copy whose initializers of these names hold these values."""
    copy = graph.clone()
    for name, data in weights.items():
        copy.model.graph.initializers[name].const_value = ir.tensor(data, name=name)
    return copy


def to_onnx(graph: Graph, tuned: Tuned) -> bytes:
    """A serialized ModelProto that `edgec build --model` takes; the same bytes for the same network."""
    proto = graph.to_proto()
    onnx.helper.set_model_props(proto, _for_any_output(graph, tuned).properties())
    data: bytes = proto.SerializeToString(deterministic=True)
    return data


def _for_any_output(graph: Graph, tuned: Tuned) -> Tuned:
    """With the range of the logits under the output's name too: `--output mask` leaves them in its place."""
    tensors, logits = tuned.ranges.tensors, str(logits_of(graph).name)
    if logits not in tensors:
        return tuned
    return replace(tuned, ranges=replace(tuned.ranges, tensors={**tensors, OUTPUT: tensors[logits]}))
