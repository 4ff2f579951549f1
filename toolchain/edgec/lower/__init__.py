"""Graph -> the files of one engine, one module an engine."""

from importlib import import_module

from edgec.errors import UsageError
from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.recipe import Io

__all__ = ["ENGINES", "Lowered", "lower", "operators"]

ENGINES = ("onnxruntime", "openvino", "tflite")


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

    Keys: 'int8', 'float32', 'float16', 'bfloat16' and 'convert' (what only changes type); for tflite
    'int8-dynamic' (floats in and out, products of integers), and '-unaccelerated' is added for what XNNPACK
    did not take.
    Raises UsageError for an unknown engine, EngineError where the engine refuses the files.
    """
    count: dict[str, int] = _module("edgec.lower.census", engine).operators(lowered)
    return dict(sorted(count.items()))


def _module(package: str, engine: str):  # type: ignore[no-untyped-def]
    if engine not in ENGINES:
        raise UsageError(f"no engine is called {engine!r}; there are {', '.join(ENGINES)}")
    return import_module(f"{package}.{engine}")
