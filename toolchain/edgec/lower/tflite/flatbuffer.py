"""The TFLite file itself: tensors, operators and buffers, packed with the engine's own schema."""

import hashlib
from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.tensors import Quantization

TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.float16): schema.TensorType.FLOAT16,
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.int32): schema.TensorType.INT32,
}
IDENTIFIER = b"TFL3"
VERSION = 3
SIGNATURE = "serving_default"
HEADROOM = 1 << 16


class _Buffer:
    """A buffer as the schema's object form packs it, but aligned: the schema asks for 16 bytes.

    The generated code copies arrays fast only where it aligns to the array's own type, a byte.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data

    def Pack(self, builder: Any) -> int:  # noqa: N802 - the generated code calls it
        """Write the bytes, then the table that points to them."""
        vector = None
        if self.data:
            builder.StartVector(1, len(self.data), 16)
            builder.head -= len(self.data)
            builder.Bytes[builder.head : builder.head + len(self.data)] = self.data
            vector = builder.EndVector()
        schema.BufferStart(builder)
        if vector is not None:
            schema.BufferAddData(builder, vector)
        return int(schema.BufferEnd(builder))


class _Parameters:
    """A quantization as the schema's object form packs it, but zero points that are alike are written once.

    The format wants one for each scale, in 64 bits, and those of weights and biases are all zero.
    """

    def __init__(self, quantization: Quantization, written: dict[tuple[int, int], int]) -> None:
        self._quantization = quantization
        self._written = written  # (how many, of what) -> where in the file

    def Pack(self, builder: Any) -> int:  # noqa: N802 - the generated code calls it
        """Write the vectors that are not there yet, then the table that points to them."""
        found = self._quantization
        alike = (len(found.scale), found.zero)
        if alike not in self._written:
            self._written[alike] = builder.CreateNumpyVector(np.full(*alike, np.int64))
        scale = builder.CreateNumpyVector(np.asarray(found.scale, np.float32))
        schema.QuantizationParametersStart(builder)
        schema.QuantizationParametersAddScale(builder, scale)
        schema.QuantizationParametersAddZeroPoint(builder, self._written[alike])
        schema.QuantizationParametersAddQuantizedDimension(builder, found.axis)
        return int(schema.QuantizationParametersEnd(builder))


class FlatBuffer:
    """Collects one subgraph and packs it. Equal constants are stored once."""

    def __init__(self) -> None:
        self._graph = schema.SubGraphT()
        self._graph.name = "main"
        self._graph.tensors, self._graph.operators = [], []
        self._buffers = [_Buffer(b"")]  # the format keeps number 0 for 'no data'
        self._buffer_of: dict[str, int] = {}
        self._zero_points: dict[tuple[int, int], int] = {}
        self._codes: list[Any] = []
        self._code_of: dict[tuple[int, int], int] = {}

    def tensor(
        self,
        name: str,
        shape: Sequence[int],
        dtype: npt.DTypeLike,
        quantization: Quantization | None = None,
        data: npt.NDArray[Any] | None = None,
    ) -> int:
        """Add a tensor, constant where `data` is given; returns its number."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), TYPES[np.dtype(dtype)]
        tensor.hasRank = True
        tensor.buffer = 0 if data is None else self._buffer(np.ascontiguousarray(data).tobytes())
        if quantization is not None:
            tensor.quantization = _Parameters(quantization, self._zero_points)
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def operator(
        self, name: str, version: int, inputs: Sequence[int], outputs: Sequence[int], options: Any = None
    ) -> None:
        """Add an operator; `name` as in the schema's BuiltinOperator, `options` one of its *OptionsT."""
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(getattr(schema.BuiltinOperator, name), version)
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            operator.builtinOptions = options
        self._graph.operators.append(operator)

    def finish(self, inputs: dict[str, int], outputs: dict[str, int]) -> bytes:
        """The file's bytes, with one signature that maps names to tensors."""
        self._graph.inputs, self._graph.outputs = list(inputs.values()), list(outputs.values())
        signature = schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = SIGNATURE, 0
        signature.inputs, signature.outputs = _tensor_maps(inputs), _tensor_maps(outputs)
        model = schema.ModelT()
        model.version, model.description = VERSION, "edgec"
        model.subgraphs, model.signatureDefs = [self._graph], [signature]
        model.operatorCodes, model.buffers = self._codes, self._buffers
        builder = flatbuffers.Builder(HEADROOM + sum(len(buffer.data) + 64 for buffer in self._buffers))
        builder.Finish(model.Pack(builder), IDENTIFIER)
        return bytes(builder.Output())

    def _buffer(self, data: bytes) -> int:
        key = hashlib.sha256(data).hexdigest()
        if key not in self._buffer_of:
            self._buffers.append(_Buffer(data))
            self._buffer_of[key] = len(self._buffers) - 1
        return self._buffer_of[key]

    def _code(self, builtin: int, version: int) -> int:
        key = (builtin, version)
        if key not in self._code_of:
            code = schema.OperatorCodeT()
            code.builtinCode, code.version = builtin, version
            # Readers from before builtinCode see this byte; larger codes are 127 there.
            code.deprecatedBuiltinCode = min(builtin, 127)
            self._codes.append(code)
            self._code_of[key] = len(self._codes) - 1
        return self._code_of[key]


def _tensor_maps(tensors: dict[str, int]) -> list[Any]:
    maps = []
    for name, index in tensors.items():
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name, index
        maps.append(entry)
    return maps
