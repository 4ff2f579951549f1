"""LiteRT's plan: what XNNPACK took, and the types and sizes of each operator's tensors.

LiteRT's Python interface has no profiler, and one delegate runs all that XNNPACK took: the time of a single
operator is not told, so the bytes of its activations stand for it. What XNNPACK fuses inside stays unseen.
"""

import math
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from edgec.lower.base import Lowered
from edgec.lower.census.operator import CONVERT, Operator
from edgec.lower.census.work import multiply_accumulates
from edgec.lower.tflite import FILE
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.errors import EngineError

CONVERSIONS = ("QUANTIZE", "DEQUANTIZE", "CAST")
DELEGATE = "DELEGATE"
DYNAMIC = "int8-dynamic"  # floats in and out, products of integers


def list_operators(lowered: Lowered, _image: Array | None, options: LoadOptions) -> list[Operator]:
    """What runs, in order, each named after the tensor that it makes.

    Raises EngineError where the network does not load.
    """
    try:
        interpreter = Interpreter(model_content=lowered.files[FILE], num_threads=options.threads)
        interpreter.allocate_tensors()
    except Exception as error:
        raise EngineError(f"LiteRT cannot load the network: {error}") from error
    steps = interpreter._get_ops_details()  # nothing public tells what runs
    plain = [step for step in steps if step["op_name"] != DELEGATE]
    accelerated = _accelerated(plain, [step for step in steps if step["op_name"] == DELEGATE])
    tensors = {entry["index"]: entry for entry in interpreter.get_tensor_details()}
    made = {entry["index"] for entry in interpreter.get_input_details()}
    found = []
    for step in plain:
        if made.isdisjoint(step["inputs"].tolist()):
            continue  # a constant, expanded once
        made.update(step["outputs"].tolist())
        found.append(_operator(step, step["index"] in accelerated, tensors, made))
    return found


def _operator(
    step: dict[str, Any], accelerated: bool, tensors: dict[int, dict[str, Any]], made: set[int]
) -> Operator:
    """`made`: the tensors that are no constants."""
    inputs = [index for index in step["inputs"].tolist() if index >= 0]
    sources = [index for index in inputs if index in made]
    constants = [index for index in inputs if index not in made]
    results = step["outputs"].tolist()
    name = str(tensors[results[0]]["name"])
    return Operator(
        name=name,
        kind=step["op_name"],
        type=_type(step),
        layer=name,
        sources=tuple(str(tensors[index]["name"]) for index in sources),
        accelerated=accelerated,
        bytes=sum(_size(tensors[index]) for index in sources + results),
        weight_bytes=sum(_size(tensors[index]) for index in constants),
        macs=multiply_accumulates(
            step["op_name"],
            _shape(tensors, sources[0]),
            max((_shape(tensors, index) for index in constants + sources[1:]), key=len, default=()),
            _shape(tensors, results[0]),
        ),
        shape=_shape(tensors, results[0]),
    )


def _shape(tensors: dict[int, dict[str, Any]], index: int) -> tuple[int, ...]:
    return tuple(tensors[index]["shape"].tolist())


def _size(tensor: dict[str, Any]) -> int:
    return int(math.prod(tensor["shape"].tolist()) * np.dtype(tensor["dtype"]).itemsize)


def _type(step: dict[str, Any]) -> str:
    if step["op_name"] in CONVERSIONS:
        return CONVERT
    result = str(np.dtype(step["result_types"][0]).name)
    if result == "float32" and np.int8 in step["operand_types"]:
        return DYNAMIC
    return result


def _accelerated(plain: list[dict[str, Any]], delegates: list[dict[str, Any]]) -> set[int]:
    """The operators between what a delegate takes and what it gives."""
    maker = {tensor: step for step in plain for tensor in step["outputs"].tolist()}
    found: set[int] = set()
    for delegate in delegates:
        known = set(delegate["inputs"].tolist())
        wanted = delegate["outputs"].tolist()
        while wanted:
            tensor = wanted.pop()
            if tensor in maker and tensor not in known:
                known.add(tensor)
                found.add(maker[tensor]["index"])
                wanted.extend(maker[tensor]["inputs"].tolist())
    return found
