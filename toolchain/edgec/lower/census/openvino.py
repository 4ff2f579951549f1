"""OpenVINO's compiled network, which says of each operator in which type it runs."""

from collections import Counter
from typing import Any

import openvino

from edgec.lower.base import Lowered
from edgec.lower.openvino import TOPOLOGY, WEIGHTS
from edgec_runtime.errors import EngineError

ENDS = ("Input", "Output")
CONVERSIONS = ("Convert", "Reorder", "FakeQuantize")
# In the file's own types: where the processor has bf16, OpenVINO would choose that for floats by itself.
EXACT = {"INFERENCE_PRECISION_HINT": "f32"}
TYPES = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "u8": "int8", "i8": "int8"}


def operators(lowered: Lowered) -> dict[str, int]:
    """Type -> operators that compute in it. Raises EngineError where the network does not load."""
    core = openvino.Core()
    try:
        network = core.read_model(lowered.files[TOPOLOGY], lowered.files[WEIGHTS])
        compiled = core.compile_model(network, "CPU", EXACT)
    except Exception as error:
        raise EngineError(f"openvino cannot load the network: {error}") from error
    count: Counter[str] = Counter()
    done_at_load: set[str] = set()
    for operator in compiled.get_runtime_model().get_ordered_ops():
        notes = operator.get_rt_info()
        kind, precision = _text(notes["layerType"]), _text(notes["runtimePrecision"])
        sources = {value.get_node().get_friendly_name() for value in operator.input_values()}
        if kind == "Const" or (sources and sources <= done_at_load):
            done_at_load.add(operator.get_friendly_name())
        elif kind not in ENDS:
            count["convert" if kind in CONVERSIONS else TYPES.get(precision, precision)] += 1
    return dict(count)


def _text(note: Any) -> str:
    return str(note.astype(str))
