"""ONNX Runtime's own processor kernels."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Literal

from edgec_runtime.closing import Closing
from edgec_runtime.engine import Engine, LoadOptions, Tensor
from edgec_runtime.engines.packages import closed, installed_version, only_file
from edgec_runtime.errors import EngineError, EngineMissingError
from edgec_runtime.kernels import library

ERRORS_ONLY = 3
Binary = Literal["kernel", "function body"]


def version() -> str | None:
    """The installed version, or None."""
    return installed_version("onnxruntime", "onnxruntime-openvino")


def load(files: Mapping[str, bytes], options: LoadOptions) -> Engine:
    """Load one `.onnx` file. Raises EngineMissingError or EngineError."""
    ort = import_onnxruntime()
    model, chosen = only_file(files, ".onnx", "onnxruntime"), session_options(ort, options)
    if not library.uses_domain(model):
        return OnnxSession(ort, model, chosen, ["CPUExecutionProvider"])
    kernels = registered_kernels(chosen)
    before = kernels.created if kernels else 0
    session = OnnxSession(ort, model, chosen, ["CPUExecutionProvider"])
    session.binary = "kernel" if kernels and kernels.created > before else "function body"
    return session


def registered_kernels(options: Any) -> library.Kernels | None:
    """The kernels of com.edgec, made known to a session to be; None, with a warning, where that cannot be."""
    kernels = library.find_kernels()
    if kernels is not None:
        try:
            options.register_custom_ops_library(str(kernels.path))
        except Exception as error:
            library.warn(str(error))
            return None
    return kernels


def import_onnxruntime() -> ModuleType:
    """The package. Raises EngineMissingError."""
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineMissingError(
            f"onnxruntime cannot be imported ({error}): pip install 'edgec-runtime[onnxruntime]'"
        ) from error
    module: ModuleType = onnxruntime
    return module


def session_options(ort: ModuleType, options: LoadOptions) -> Any:
    """One image at a time, in order, every optimization on."""
    chosen = ort.SessionOptions()
    chosen.intra_op_num_threads = options.threads
    chosen.inter_op_num_threads = 1
    chosen.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    chosen.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    chosen.log_severity_level = ERRORS_ONLY
    # The plan of the first run is a second block of memory, and a device has little.
    chosen.enable_mem_pattern = False
    # Threads that wait sleep, they do not spin: a device has other work to do, which spinning would hold up.
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # An int8 network made for Arm runs as it is on x86 too, where its build proves it; without this ONNX
    # Runtime turns part of it into uint8 and computes the rest in floats.
    chosen.add_session_config_entry("session.qdqisint8allowed", "1")
    return chosen


class OnnxSession(Closing):
    """An Engine over `onnxruntime.InferenceSession`; computes in float32 where it computes in floats.

    `binary`: what computes the operators of com.edgec, our kernels or their bodies in standard operators;
    None where the network has none.
    """

    precision = "f32"
    binary: Binary | None = None

    def __init__(self, ort: ModuleType, model: bytes, options: object, providers: Sequence[object]) -> None:
        """Load the serialized `model`. Raises EngineError."""
        try:
            self._session: Any = ort.InferenceSession(model, options, providers=providers)
        except Exception as error:
            raise EngineError(f"onnxruntime {ort.__version__} cannot load the network: {error}") from error
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Input name to array -> output name to array. Raises EngineError."""
        if self._session is None:
            raise closed("onnxruntime")
        try:
            values = self._session.run(self._outputs, feeds)
        except Exception as error:
            raise EngineError(f"onnxruntime cannot run the network: {error}") from error
        return dict(zip(self._outputs, values, strict=True))

    def close(self) -> None:
        """Release the network."""
        self._session = None
