"""OpenVINO on the processor, reading its own IR (`.xml` and `.bin`).

The networks hold a batch of one: a larger batch is run one image after the other.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from edgec_runtime.closing import Closing
from edgec_runtime.engine import Engine, LoadOptions, Tensor
from edgec_runtime.engines.batches import one_by_one
from edgec_runtime.engines.packages import closed, installed_version, only_file
from edgec_runtime.errors import EngineError, EngineMissingError


def version() -> str | None:
    """The installed version, or None."""
    return installed_version("openvino")


def load(files: Mapping[str, bytes], options: LoadOptions) -> Engine:
    """Load one `.xml` and one `.bin` file. Raises EngineMissingError or EngineError."""
    try:
        import openvino
    except ImportError as error:
        raise EngineMissingError(
            f"openvino cannot be imported ({error}): pip install 'edgec-runtime[openvino]'"
        ) from error
    return OpenVinoRequest(
        openvino, only_file(files, ".xml", "openvino"), only_file(files, ".bin", "openvino"), options
    )


class OpenVinoRequest(Closing):
    """An Engine over a compiled model and one inference request."""

    binary = "BinaryConvolution"
    """By what a network of signs runs."""

    def __init__(self, ov: ModuleType, xml: bytes, weights: bytes, options: LoadOptions) -> None:
        """Read and compile. Raises EngineError."""
        try:
            core = ov.Core()
            compiled = core.compile_model(core.read_model(xml, weights), "CPU", configuration(options))
            self._precision = _type_name(compiled.get_property("INFERENCE_PRECISION_HINT"))
            self._outputs = [output.get_any_name() for output in compiled.outputs]
            self._request: Any = compiled.create_infer_request()
        except Exception as error:
            raise EngineError(f"openvino {ov.__version__} cannot load the network: {error}") from error

    @property
    def precision(self) -> str:
        """The type that the compiled model says it computes floats in."""
        return self._precision

    def run(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Input name to array -> output name to array. Raises EngineError."""
        if self._request is None:
            raise closed("openvino")
        try:
            return one_by_one(self._run_one, feeds)
        except Exception as error:
            raise EngineError(f"openvino cannot run the network: {error}") from error

    def _run_one(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        # Inputs are read in place; outputs are views of the request's memory, which the next run overwrites,
        # so they are copied.
        found = self._request.infer(feeds, share_inputs=True, share_outputs=True)
        return {name: np.array(found[name]) for name in self._outputs}

    def close(self) -> None:
        """Release the network."""
        self._request = None


def configuration(options: LoadOptions) -> dict[str, str | int]:
    """One image at a time, as soon as it can be had."""
    config: dict[str, str | int] = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": options.threads,
    }
    if options.exact:
        config["INFERENCE_PRECISION_HINT"] = "f32"
    return config


def _type_name(kind: Any) -> str:
    name: str = kind.get_type_name()
    return name
