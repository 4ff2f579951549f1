"""Graph -> the files of one engine, one module an engine."""

from importlib import import_module

import numpy as np

from edgec.errors import UsageError
from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.census.explain import explain
from edgec.lower.census.findings import Findings, Island, find
from edgec.lower.census.operator import Operator, count_types, name_conversions
from edgec.recipe import Io
from edgec_runtime.engine import Array, LoadOptions

__all__ = [
    "ENGINES",
    "EXACT",
    "ONE_THREAD",
    "Findings",
    "Island",
    "Lowered",
    "Operator",
    "count_types",
    "explain",
    "find",
    "list_operators",
    "lower",
    "operators",
]

ENGINES = ("onnxruntime", "openvino", "tflite")
ONE_THREAD = LoadOptions(threads=1)
EXACT = LoadOptions(threads=1, exact=True)


def lower(graph: Graph, engine: str, io: Io = "float") -> Lowered:
    """The files of `engine` for a float32 graph or one in QDQ form.

    `io`: 'int8' leaves out the conversions at both ends of a quantized TFLite network, which then takes and
    gives int8. Raises UsageError for an unknown engine and for int8 in another engine than tflite,
    UnsupportedOperatorError, GraphError, QuantizationError.
    """
    module = _module("edgec.lower", engine)
    if io == "int8" and engine != "tflite":
        raise UsageError(f"a network for {engine} takes and gives float32: --io int8 is for TFLite targets")
    lowered: Lowered = module.lower(graph, io) if engine == "tflite" else module.lower(graph)
    return lowered


def operators(lowered: Lowered, engine: str) -> dict[str, int]:
    """How many operators run in which type, counted in the engine's own optimized network.

    In the file's own types, the same on each machine: where a processor has bf16, OpenVINO would choose that.
    Keys: 'int8', 'binary' (our kernels), 'float32', 'float16', 'bfloat16', 'other' (shapes) and 'convert'
    (what only changes type); for tflite 'int8-dynamic' (floats in and out, products of integers), and
    '-unaccelerated' is added for what XNNPACK did not take.
    Raises UsageError for an unknown engine, EngineError where the engine refuses the files.
    """
    return count_types(list_operators(lowered, engine, options=EXACT))


def list_operators(
    lowered: Lowered, engine: str, image: Array | None = None, options: LoadOptions = ONE_THREAD
) -> tuple[Operator, ...]:
    """The operators of the engine's own optimized network, in the order in which they run, loaded so.

    With `image`, float32 (1, C, H, W), some inferences are run and each operator has its milliseconds, from
    the engine's own profiler: the median in ONNX Runtime, the mean in OpenVINO; LiteRT tells no times.
    Raises UsageError for an unknown engine, EngineError where the engine refuses the files.
    """
    module = _module("edgec.lower.census", engine)
    if image is not None and lowered.layout == "NHWC":
        image = np.ascontiguousarray(image.transpose(0, 2, 3, 1))
    return name_conversions(module.list_operators(lowered, image, options))


def _module(package: str, engine: str):  # type: ignore[no-untyped-def]
    if engine not in ENGINES:
        raise UsageError(f"no engine is called {engine!r}; there are {', '.join(ENGINES)}")
    return import_module(f"{package}.{engine}")
