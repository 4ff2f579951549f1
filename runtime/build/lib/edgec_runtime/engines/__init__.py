"""The inference engines: which there are, what package brings each, and the one that is installed here."""

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from edgec_runtime.engine import EngineModule
from edgec_runtime.engines.packages import installed_version
from edgec_runtime.errors import EngineMissingError, UsageError

__all__ = ["ENGINES", "Implementation", "find_engine", "load_engine"]


@dataclass(frozen=True, slots=True)
class Implementation:
    """One way to run the variants of an engine.

    `module`: the file in this folder. `packages`: the distributions, any one of which brings it. `reads`: the
    engine whose files it takes. `imports`: the package's own name in Python. `prefers`: the precision to take
    there when nobody names one.
    """

    module: str
    packages: tuple[str, ...]
    reads: str
    imports: str
    prefers: str = "int8-static"

    @property
    def takes_batches(self) -> bool:
        """Whether it runs several images in one call: only the networks of ONNX files hold them."""
        return self.reads == "onnxruntime"

    def version(self) -> str | None:
        """The version of the first of `packages` that is installed, or None; imports nothing."""
        return installed_version(*self.packages)

    def load_module(self) -> EngineModule:
        """Import the file; the engine's own package is imported later, by its `load`."""
        return cast(EngineModule, import_module(f"{__name__}.{self.module}"))


# The first that is installed is taken. `onnxruntime-openvino` cannot read OpenVINO's IR: it runs the ONNX
# file of the onnxruntime variant through OpenVINO. `tflite-runtime` delegates no int8 node to XNNPACK:
# int8 was measured 4.8 times slower there than float, so float is preferred.
ENGINES: dict[str, tuple[Implementation, ...]] = {
    "onnxruntime": (
        Implementation("onnxruntime", ("onnxruntime", "onnxruntime-openvino"), "onnxruntime", "onnxruntime"),
    ),
    "openvino": (
        Implementation("openvino", ("openvino",), "openvino", "openvino"),
        Implementation("openvino_provider", ("onnxruntime-openvino",), "onnxruntime", "onnxruntime"),
    ),
    "tflite": (
        Implementation("tflite", ("ai-edge-litert",), "tflite", "ai_edge_litert.interpreter"),
        Implementation("tflite", ("tflite-runtime",), "tflite", "tflite_runtime.interpreter", "fp32"),
    ),
}


def find_engine(name: str) -> Implementation:
    """The installed implementation of an engine.

    Raises UsageError for an unknown name, EngineMissingError where none is installed.
    """
    if name not in ENGINES:
        raise UsageError(f"there is no engine {name!r}: choose {', '.join(sorted(ENGINES))}")
    for implementation in ENGINES[name]:
        if implementation.version() is not None:
            return implementation
    raise EngineMissingError(f"{name} is not installed: pip install 'edgec-runtime[{name}]'")


def load_engine(name: str) -> EngineModule:
    """The module that loads networks into an engine. Raises as `find_engine` does."""
    return find_engine(name).load_module()
