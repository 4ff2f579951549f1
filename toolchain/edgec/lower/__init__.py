"""Graph -> the files of one engine, one module an engine."""

from importlib import import_module

import numpy as np

from edgec.errors import UsageError
from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.census.explain import explain
from edgec.lower.census.findings import Findings, Island, find
from edgec.lower.census.operator import Operator, count_types, name_conversions
from edgec_runtime.engine import Array

__all__ = [
    "ENGINES",
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


def lower(graph: Graph, engine: str) -> Lowered:
    """The files of `engine` for a float32 graph or one in QDQ form.

    Raises UsageError for an unknown engine, UnsupportedOperatorError, GraphError, QuantizationError.
    """
    lowered: Lowered = _module("edgec.lower", engine).lower(graph)
    return lowered


def operators(lowered: Lowered, engine: str) -> dict[str, int]:
    """How many operators run in which type, counted in the engine's own optimized network.

    Keys: 'int8', 'float32', 'float16', 'bfloat16' and 'convert' (what only changes type); for tflite
    '-unaccelerated' is added for what XNNPACK did not take.
    Raises UsageError for an unknown engine, EngineError where the engine refuses the files.
    """
    return count_types(list_operators(lowered, engine))


def list_operators(
    lowered: Lowered, engine: str, image: Array | None = None, threads: int = 1
) -> tuple[Operator, ...]:
    """The operators of the engine's own optimized network, in the order in which they run.

    With `image`, float32 (1, C, H, W), some inferences are run and each operator has its milliseconds, from
    the engine's own profiler: the median in ONNX Runtime, the mean in OpenVINO; LiteRT tells no times.
    Raises UsageError for an unknown engine, EngineError where the engine refuses the files.
    """
    module = _module("edgec.lower.census", engine)
    if image is not None and lowered.layout == "NHWC":
        image = np.ascontiguousarray(image.transpose(0, 2, 3, 1))
    return name_conversions(module.list_operators(lowered, image, threads))


def _module(package: str, engine: str):  # type: ignore[no-untyped-def]
    if engine not in ENGINES:
        raise UsageError(f"no engine is called {engine!r}; there are {', '.join(ENGINES)}")
    return import_module(f"{package}.{engine}")
