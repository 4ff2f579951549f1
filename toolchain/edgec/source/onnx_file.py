"""A network that comes as an .onnx file: read it, refuse what edgec cannot build."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx.external_data_helper import uses_external_data

from edgec.errors import CheckpointError, ModelSourceError
from edgec.source.tuned import Tuned, read_tuned

_CONTROL = ("If", "Loop", "Scan")
_INTEGER = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConvInteger", "QLinearConv")


@dataclass(frozen=True)
class OnnxFile:
    """A checked ModelProto with all its weights inside; `channels` of its image, `parameters` in all.

    `tuned`: the ranges that it carries, where it was trained for integers.
    """

    content: bytes
    channels: int
    parameters: int
    tuned: Tuned | None


def read_onnx(path: Path) -> OnnxFile:
    """Read an .onnx file of one float32 image input (N, C, H, W) and one output.

    Raises ModelSourceError for what is no such network or carries damaged ranges, CheckpointError where a
    weight is not finite.
    """
    content, proto = _load(path)
    _refuse_operators(path, proto)
    inputs, weights = _image_inputs(proto), _weights(proto)
    for kind, count in (("inputs", len(inputs)), ("outputs", len(proto.graph.output))):
        if count != 1:
            raise ModelSourceError(f"{path} has {count} {kind}; edgec takes networks with one of each")
    for tensor in weights:
        _check_finite(path, tensor)
    floats = [tensor for tensor in weights if tensor.data_type == onnx.TensorProto.FLOAT]
    parameters = sum(math.prod(tensor.dims) for tensor in floats)
    tuned = read_tuned({entry.key: entry.value for entry in proto.metadata_props}, str(path))
    return OnnxFile(content, _channels(path, inputs[0]), parameters, tuned)


def _load(path: Path) -> tuple[bytes, onnx.ModelProto]:
    content = _read(path)
    try:
        proto = onnx.load_model_from_string(content)
        if any(map(uses_external_data, _weights(proto))):
            onnx.load_external_data_for_model(proto, str(path.parent))  # refuses to leave that folder
            content = proto.SerializeToString(deterministic=True)
        onnx.checker.check_model(proto)
    except Exception as error:
        raise ModelSourceError(
            f"{path} is not a whole ONNX model: {str(error).partition(chr(10))[0]}"
        ) from error
    return content, proto


def _weights(proto: onnx.ModelProto) -> list[onnx.TensorProto]:
    """Initializers, and the tensors in Constant nodes, where some exporters put weights."""
    constants = [node for node in proto.graph.node if node.op_type == "Constant"]
    return [*proto.graph.initializer, *(a.t for n in constants for a in n.attribute if a.name == "value")]


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelSourceError(f"there is no file {path}") from error
    except OSError as error:
        raise ModelSourceError(f"cannot read {path}: {error.strerror}") from error
    if not data:
        raise ModelSourceError(f"{path} is an empty file: copy or export it again")
    return data


def _refuse_operators(path: Path, proto: onnx.ModelProto) -> None:
    if proto.graph.sparse_initializer:
        name = proto.graph.sparse_initializer[0].values.name
        raise ModelSourceError(f"{path}: the weight {name!r} is sparse: export it as a dense tensor")
    for node in proto.graph.node:
        if node.domain not in ("", "ai.onnx") or proto.functions:
            raise ModelSourceError(
                f"{path}: {node.name or node.op_type!r} is not an operator of ONNX itself "
                f"({node.domain or 'a local function'}): export with standard operators only"
            )
        if node.op_type in _CONTROL:
            raise ModelSourceError(
                f"{path}: {node.name!r} is the control flow operator {node.op_type}, which no device takes: "
                "export the network without branches and loops"
            )
        if node.op_type in _INTEGER:
            raise ModelSourceError(
                f"{path} is quantized already ({node.name!r} is a {node.op_type}): give the float network, "
                "edgec quantizes it for each target"
            )


def _image_inputs(proto: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    # Before IR version 4 the weights were listed among the inputs.
    weights = {tensor.name for tensor in proto.graph.initializer}
    return [value for value in proto.graph.input if value.name not in weights]


def _channels(path: Path, image: onnx.ValueInfoProto) -> int:
    kind = image.type.tensor_type
    dims = kind.shape.dim
    if kind.elem_type != onnx.TensorProto.FLOAT or len(dims) != 4 or dims[1].dim_value < 1:
        shape = ", ".join(dim.dim_param or str(dim.dim_value or "?") for dim in dims)
        dtype = onnx.TensorProto.DataType.Name(kind.elem_type)
        raise ModelSourceError(
            f"{path}: the input {image.name!r} is {dtype} of shape ({shape}); edgec takes FLOAT images "
            "of shape (batch, channels, height, width) with the channels given"
        )
    return int(dims[1].dim_value)


def _check_finite(path: Path, tensor: onnx.TensorProto) -> None:
    values = onnx.numpy_helper.to_array(tensor)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise CheckpointError(f"{path}: the weight {tensor.name!r} is not finite: the training diverged")
