"""The tensors of an ONNX network: known type, limited shape, data of just that size."""

import math
from typing import Any

from edgec_runtime.errors import LimitError, ModelError
from edgec_runtime.format import limits
from edgec_runtime.guard.protobuf import Message, count_numbers, signed_numbers

# TensorProto.DataType -> (bits of an element, the field that may hold it beside raw_data, that field's kind)
_TYPES: dict[int, tuple[int, str, str]] = {
    1: (32, "float_data", "fixed32"),  # FLOAT
    2: (8, "int32_data", "varint"),  # UINT8
    3: (8, "int32_data", "varint"),  # INT8
    4: (16, "int32_data", "varint"),  # UINT16
    5: (16, "int32_data", "varint"),  # INT16
    6: (32, "int32_data", "varint"),  # INT32
    7: (64, "int64_data", "varint"),  # INT64
    9: (8, "int32_data", "varint"),  # BOOL
    10: (16, "int32_data", "varint"),  # FLOAT16
    11: (64, "double_data", "fixed64"),  # DOUBLE
    12: (32, "uint64_data", "varint"),  # UINT32
    13: (64, "uint64_data", "varint"),  # UINT64
    16: (16, "int32_data", "varint"),  # BFLOAT16
    21: (4, "", ""),  # UINT4, in raw_data only
    22: (4, "", ""),  # INT4
}
_DATA = ("raw_data", "float_data", "int32_data", "int64_data", "double_data", "uint64_data")


def check_tensor(tensor: Message, where: str) -> None:
    """Raises ModelError or LimitError."""
    if tensor.get("data_location", [0])[0] != 0:
        raise ModelError(f"{where} says that its data is in another file, which a bundle may not have")
    bits, typed, kind = _type(tensor.get("data_type", [0])[0], where)
    dims = list(signed_numbers(tensor.get("dims", [])))
    count = check_shape(dims, where)
    size = (count * bits + 7) // 8
    if size > limits.TENSOR_BYTES:
        raise LimitError(
            f"{where} of shape {dims} needs {size} bytes, at most {limits.TENSOR_BYTES} are allowed"
        )
    held = [name for name in _DATA if name in tensor]
    if held == ["raw_data"]:
        _check_count(len(tensor["raw_data"][0]), size, "bytes", dims, where)
    elif held in ([], [typed]):
        _check_count(count_numbers(tensor.get(typed, []), kind), count, "numbers", dims, where)
    else:
        raise ModelError(
            f"{where} holds its data as {', '.join(held)}; expected raw_data or {typed or 'nothing else'}"
        )


def check_value_info(value: Message, where: str) -> None:
    """Raises ModelError or LimitError for the type of an input, output or inner value."""
    for kind in value.get("type", []):
        for tensor in kind.get("tensor_type", []):
            _type(tensor.get("elem_type", [0])[0], where)
            for shape in tensor.get("shape", []):
                dims = [
                    number for dim in shape.get("dim", []) for number in signed_numbers(dim.get("value", []))
                ]
                if len(shape.get("dim", [])) > limits.TENSOR_RANK:
                    raise LimitError(
                        f"{where} has rank {len(shape['dim'])}, at most {limits.TENSOR_RANK} is allowed"
                    )
                check_shape(dims, where)


def check_shape(dims: list[int], where: str) -> int:
    """The number of elements. Raises LimitError where the shape is beyond the limits."""
    if len(dims) > limits.TENSOR_RANK:
        raise LimitError(f"{where} has rank {len(dims)}, at most {limits.TENSOR_RANK} is allowed")
    if not all(0 <= dim <= limits.TENSOR_DIMENSION for dim in dims):
        raise LimitError(f"{where} has the shape {dims}; each must be from 0 to {limits.TENSOR_DIMENSION}")
    count = math.prod(dims)
    if count > limits.TENSOR_BYTES:
        raise LimitError(
            f"{where} has the shape {dims}: {count} elements, at most {limits.TENSOR_BYTES} are allowed"
        )
    return count


def _type(number: Any, where: str) -> tuple[int, str, str]:
    if number not in _TYPES:
        raise ModelError(f"{where} has the ONNX data type {number}, which a bundle may not have")
    return _TYPES[number]


def _check_count(found: int, wanted: int, what: str, dims: list[int], where: str) -> None:
    if found != wanted:
        raise ModelError(f"{where} of shape {dims} holds {found} {what}; expected {wanted}")
