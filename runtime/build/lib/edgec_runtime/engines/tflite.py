"""TensorFlow Lite: its present name LiteRT (`ai_edge_litert`), or the older `tflite_runtime`.

XNNPACK is on by default in both. The networks are NHWC and hold a batch of one: a larger batch is run one
image after the other.
"""

from collections.abc import Mapping
from typing import Any

from edgec_runtime.closing import Closing
from edgec_runtime.engine import Engine, LoadOptions, Tensor
from edgec_runtime.engines.batches import one_by_one
from edgec_runtime.engines.packages import closed, installed_version, only_file
from edgec_runtime.errors import EngineError, EngineMissingError


def version() -> str | None:
    """The installed version, or None."""
    return installed_version("ai-edge-litert", "tflite-runtime")


def load(files: Mapping[str, bytes], options: LoadOptions) -> Engine:
    """Load one `.tflite` file. Raises EngineMissingError or EngineError."""
    return Interpreter(_interpreter_class(), only_file(files, ".tflite", "tflite"), options.threads)


def _interpreter_class() -> Any:
    try:
        if installed_version("ai-edge-litert"):
            from ai_edge_litert.interpreter import Interpreter as Found
        else:
            from tflite_runtime.interpreter import Interpreter as Found
    except ImportError as error:
        raise EngineMissingError(
            f"tflite cannot be imported ({error}): pip install 'edgec-runtime[tflite]'"
        ) from error
    return Found


class Interpreter(Closing):
    """An Engine over a TFLite interpreter; computes in float32 where it computes in floats."""

    precision = "f32"

    def __init__(self, interpreter_class: Any, model: bytes, threads: int) -> None:
        """Load the flatbuffer `model`. Raises EngineError."""
        self._model = model  # the interpreter reads the weights where they are
        try:
            self._interpreter: Any = interpreter_class(model_content=model, num_threads=threads)
            self._interpreter.allocate_tensors()
        except Exception as error:
            raise EngineError(f"tflite {version()} cannot load the network: {error}") from error
        self._inputs = {detail["name"]: detail for detail in self._interpreter.get_input_details()}
        self._outputs = {detail["name"]: detail["index"] for detail in self._interpreter.get_output_details()}
        self._shapes = {name: tuple(detail["shape"]) for name, detail in self._inputs.items()}

    def run(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Input name to NHWC array -> output name to NHWC array. Raises EngineError."""
        if self._interpreter is None:
            raise closed("tflite")
        if feeds.keys() != self._inputs.keys():
            raise EngineError(f"tflite: the network takes {sorted(self._inputs)}, not {sorted(feeds)}")
        try:
            return one_by_one(self._run_one, feeds)
        except Exception as error:
            raise EngineError(f"tflite cannot run the network: {error}") from error

    def _run_one(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        self._resize(feeds)
        for name, value in feeds.items():
            self._interpreter.set_tensor(self._inputs[name]["index"], value)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}

    def _resize(self, feeds: Mapping[str, Tensor]) -> None:
        changed = [name for name, value in feeds.items() if value.shape != self._shapes[name]]
        for name in changed:
            self._interpreter.resize_tensor_input(self._inputs[name]["index"], feeds[name].shape)
            self._shapes[name] = feeds[name].shape
        if changed:
            self._interpreter.allocate_tensors()

    def close(self) -> None:
        """Release the network."""
        self._interpreter = None
