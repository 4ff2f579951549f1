"""LiteRT's plan: what XNNPACK took, and the types of each operator's tensors."""

from collections import Counter
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from edgec.lower.base import Lowered
from edgec.lower.tflite import FILE
from edgec_runtime.errors import EngineError

CONVERSIONS = ("QUANTIZE", "DEQUANTIZE", "CAST")
LEFT_OUT = "-unaccelerated"
DYNAMIC = "int8-dynamic"  # floats in and out, products of integers


def operators(lowered: Lowered) -> dict[str, int]:
    """Type -> operators that compute in it; '-unaccelerated' where XNNPACK left them to plain kernels.

    Raises EngineError where the network does not load.
    """
    try:
        interpreter = Interpreter(model_content=lowered.files[FILE])
        interpreter.allocate_tensors()
    except Exception as error:
        raise EngineError(f"LiteRT cannot load the network: {error}") from error
    steps = interpreter._get_ops_details()  # nothing public tells what runs
    plain = [step for step in steps if step["op_name"] != "DELEGATE"]
    accelerated = _accelerated(plain, [step for step in steps if step["op_name"] == "DELEGATE"])
    variable = {tensor["index"] for tensor in interpreter.get_input_details()}
    variable |= {tensor for step in plain for tensor in step["outputs"].tolist()}
    count: Counter[str] = Counter()
    for step in plain:
        if variable.isdisjoint(step["inputs"].tolist()):
            continue  # a constant, expanded once
        kind = _kind(step)
        count[kind if step["index"] in accelerated else kind + LEFT_OUT] += 1
    return dict(count)


def _kind(step: dict[str, Any]) -> str:
    if step["op_name"] in CONVERSIONS:
        return "convert"
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
