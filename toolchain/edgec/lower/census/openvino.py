"""OpenVINO's compiled network, which says of each operator in which type it runs and how long."""

import math
import re
from dataclasses import replace
from typing import Any

import openvino

from edgec.lower.base import Lowered
from edgec.lower.census.operator import BINARY, CONVERT, Operator
from edgec.lower.census.work import multiply_accumulates
from edgec.lower.openvino import TOPOLOGY, WEIGHTS, WITHOUT_BIAS, is_counted
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines.openvino import configuration
from edgec_runtime.errors import EngineError

RUNS, WARM_UP = 30, 3
# What a FakeQuantize that OpenVINO took apart left: its name and a number.
PIECE = re.compile(r"_\d+$")
ENDS = ("Input", "Output")
CONVERSIONS = ("Convert", "Reorder", "FakeQuantize")
SHAPES, OTHER = ("ShapeOf",), "other"  # it reads no value
GROUPS = ("Subgraph", "Eltwise")
TYPES = {
    "f32": "float32",
    "f16": "float16",
    "bf16": "bfloat16",
    "I8": "int8",
    "u8": "int8",
    "i8": "int8",
    "u1": BINARY,
}


def list_operators(lowered: Lowered, image: Array | None, options: LoadOptions) -> list[Operator]:
    """What runs, in order. With an image, in the engine's layout, each has the mean of its warm times.
    Raises EngineError where the network does not load.
    """
    core = openvino.Core()
    try:
        network = core.read_model(lowered.files[TOPOLOGY], lowered.files[WEIGHTS])
        config = configuration(options) | {"PERF_COUNT": True}
        compiled = core.compile_model(network, "CPU", config)
    except Exception as error:
        raise EngineError(f"openvino cannot load the network: {error}") from error
    request = compiled.create_infer_request()
    kinds = {entry.node_name: entry.node_type for entry in request.get_profiling_info()}
    times = {} if image is None else _profile(request, image)
    layers = {node.get_friendly_name(): node.get_type_name() for node in network.get_ops()}
    found = []
    done_at_load: set[str] = set()
    for node in compiled.get_runtime_model().get_ordered_ops():
        name, sources = node.get_friendly_name(), _sources(node)
        if _note(node, "layerType") == "Const" or (sources and done_at_load.issuperset(sources)):
            done_at_load.add(name)
        elif _note(node, "layerType") not in ENDS:
            operator = _operator(node, kinds, layers)
            running = tuple(source for source in sources if source not in done_at_load)
            operator = _with_work(operator, node, done_at_load)
            found.append(replace(operator, sources=running, milliseconds=times.get(name)))
    return found


def _operator(node: Any, kinds: dict[str, str], layers: dict[str, str]) -> Operator:
    """`kinds`: of what runs; `layers`: of the model, and their types."""
    name = node.get_friendly_name()
    # The kernel's type, as in brgconv_avx512_f32. "runtimePrecision" may be that of the weights as stored.
    precision = _note(node, "primitiveType").rpartition("_")[2]
    parts = _note(node, "originalLayersNames").split(",")
    originals = [part if part in layers else PIECE.sub("", part) for part in parts]
    fused = {part: layers[part] for part in originals if part in layers}
    kind = _kind(kinds.get(name, _note(node, "layerType")), fused)
    type_ = CONVERT if kind in CONVERSIONS else TYPES.get(precision, precision)
    return Operator(name, kind, OTHER if kind in SHAPES else type_, _layer(fused), ())


def _with_work(operator: Operator, node: Any, constants: set[str]) -> Operator:
    """With the sizes of its tensors; `constants`: the names of what is made at load."""
    fixed = [value for value in node.input_values() if value.get_node().get_friendly_name() in constants]
    moving = [value for value in node.input_values() if value not in fixed]
    source, result = [_shape(value) for value in moving] or [()], _shape(node.output(0))
    weights = max((_shape(value) for value in fixed), key=len, default=() if len(source) < 2 else source[1])
    return replace(
        operator,
        bytes=sum(map(_size, moving)) + _size(node.output(0)),
        weight_bytes=sum(map(_size, fixed)),
        macs=multiply_accumulates(operator.kind, source[0], weights, result),
        shape=result,
    )


def _shape(value: Any) -> tuple[int, ...]:
    """Empty where the size is known at run time only."""
    shape = value.get_partial_shape()
    return tuple(dimension.get_length() for dimension in shape) if shape.is_static else ()


def _size(value: Any) -> int:
    return math.prod(_shape(value)) * int(value.get_element_type().size)


def _sources(node: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.get_node().get_friendly_name() for value in node.input_values()))


def _profile(request: Any, image: Array) -> dict[str, float]:
    """OpenVINO tells the mean over all runs in whole microseconds; the first runs are taken out of it."""
    for _ in range(WARM_UP):
        request.infer({0: image})
    cold = _totals(request, WARM_UP)
    for _ in range(RUNS):
        request.infer({0: image})
    return {
        name: max(total - cold[name], 0) / RUNS / 1000
        for name, total in _totals(request, WARM_UP + RUNS).items()
    }


def _totals(request: Any, runs: int) -> dict[str, float]:
    """Name -> microseconds of all runs so far."""
    return {
        entry.node_name: entry.real_time.total_seconds() * 1e6 * runs
        for entry in request.get_profiling_info()
    }


def _kind(kind: str, fused: dict[str, str]) -> str:
    """A group of elementwise layers is called after what it computes, `fused`: the layers and their types."""
    types = list(dict.fromkeys(fused.values()))
    if kind not in GROUPS or not types:
        return kind
    return "+".join([name for name in types if name not in CONVERSIONS] or types)


def _layer(fused: dict[str, str]) -> str | None:
    """The first of the layers that were fused whose name is the model's."""
    named = (name for name, kind in fused.items() if not is_counted(name, kind))
    return next((name.removesuffix(WITHOUT_BIAS) for name in named), None)


def _note(node: Any, key: str) -> str:
    return str(node.get_rt_info()[key].astype(str))
