"""The guard of TFLite networks: every offset of the flatbuffer is checked before the engine follows it."""

import struct
from typing import Any

from edgec_runtime.errors import LimitError, ModelError
from edgec_runtime.format import limits
from edgec_runtime.guard.flatbuffer import Reader, Table
from edgec_runtime.guard.tflite_operators import CUSTOM, OPERATORS
from edgec_runtime.guard.tflite_schema import OPTIONS, SCHEMA
from edgec_runtime.guard.tflite_tensor import check_tensor

_VERSION = 3


def check_tflite(data: bytes) -> None:
    """Raises ModelError where the file holds what a bundle may not have, LimitError where it is too large."""
    reader = Reader(data, {**SCHEMA, **OPTIONS})
    model = reader.root(b"TFL3", "Model")
    if model.get("version") != _VERSION:
        raise ModelError(f"the TFLite schema version is {model.get('version')}; expected {_VERSION}")
    codes = [_code(code) for code in model.get("operator_codes", [])]
    graphs = model.get("subgraphs", [])
    if len(graphs) != 1:
        raise ModelError(f"the network has {len(graphs)} subgraphs; a bundle's has one")
    buffers = model.get("buffers", [])
    tensors = graphs[0].get("tensors", [])
    for i, tensor in enumerate(tensors):
        check_tensor(tensor, buffers, f"the tensor {i}")
    _check_references(model, len(tensors))
    _check_operators(graphs[0], codes, buffers, reader)


def _code(code: Table) -> int:
    # Codes below 127 stand in the old field of a byte too.
    number = max(code.get("deprecated_code", 0), code.get("code", 0))
    if number == CUSTOM or len(code.get("custom_code", b"")):
        raise ModelError("the network holds a custom operator, which a bundle may not have")
    if number not in OPERATORS:
        raise ModelError(f"the TFLite operator {number} is not one that a bundle may hold")
    return int(number)


def _check_references(model: Table, tensors: int) -> None:
    for entry in model.get("metadata", []):
        _check_index(entry.get("buffer", 0), len(model.get("buffers", [])), "the metadata name the buffer")
    for signature in model.get("signature_defs", []):
        _check_index(signature.get("subgraph_index", 0), 1, "a signature names the subgraph")
        for entry in (*signature.get("inputs", []), *signature.get("outputs", [])):
            _check_index(entry.get("tensor", 0), tensors, "a signature names the tensor")


def _check_index(index: int, count: int, where: str) -> None:
    if index >= count:
        raise ModelError(f"{where} {index}; there are {count}")


def _check_operators(graph: Table, codes: list[int], buffers: list[Table], reader: Reader) -> None:
    tensors, operators = graph.get("tensors", []), graph.get("operators", [])
    if len(operators) > limits.NODES:
        raise LimitError(f"the network has {len(operators)} operators, at most {limits.NODES} are allowed")
    inputs = integers(graph.get("inputs", b""))
    constant = {
        i for i, tensor in enumerate(tensors) if len(buffers[tensor.get("buffer", 0)].get("data", b""))
    }
    free = set(range(len(tensors))) - constant
    _check_indices(inputs, free, "the network's inputs")
    known = {*constant, *inputs, -1}  # -1 stands for an input that is left out
    free.difference_update(inputs)
    for i, operator in enumerate(operators):
        index = operator.get("code", 0)
        _check_index(index, len(codes), f"the operator {i} names the code")
        where = f"the operator {i} ({OPERATORS[codes[index]][0]})"
        _check_indices(integers(operator.get("inputs", b"")), known, f"{where}: inputs")
        outputs = integers(operator.get("outputs", b""))
        _check_indices(outputs, free, f"{where}: outputs")
        known.update(outputs)
        free.difference_update(outputs)
        _check_options(operator, codes[index], reader, where)
    _check_indices(integers(graph.get("outputs", b"")), known - {-1}, "the network's outputs")


def _check_indices(found: tuple[int, ...], allowed: set[int], where: str) -> None:
    for index in found:
        if index not in allowed:
            raise ModelError(
                f"{where} name the tensor {index}, which is not there or not computed at that point"
            )


def _check_options(operator: Table, code: int, reader: Reader, where: str) -> None:
    _, expected, table = OPERATORS[code]
    kind = operator.get("options_type", 0)
    if kind not in (0, expected):
        raise ModelError(f"{where} has options of the kind {kind}; expected {expected}")
    if "options" not in operator:
        return
    if kind == 0:
        raise ModelError(f"{where} has options without a kind")
    options: dict[str, Any] = reader.table_at(operator["options"], table, f"{where}: options")
    for value in options.values():
        if isinstance(value, int) and abs(value) > limits.TENSOR_DIMENSION:
            raise LimitError(f"{where} has an option of {value}, beyond {limits.TENSOR_DIMENSION}")


def integers(vector: bytes | memoryview) -> tuple[int, ...]:
    """A vector of int32."""
    return struct.unpack(f"<{len(vector) // 4}i", vector)
