"""What an ONNX network means: ONNX Runtime, each node as it is written, nothing fused."""

from collections.abc import Mapping
from typing import Any

import onnxruntime

from edgec_runtime.closing import Closing
from edgec_runtime.engine import Array
from edgec_runtime.errors import EngineError

ERRORS_ONLY = 3


class Reference(Closing):
    """An ONNX network of one output. `optimized`: as ONNX Runtime runs it on a device instead."""

    def __init__(self, content: bytes, *, optimized: bool = False) -> None:
        """Load a ModelProto. Raises EngineError."""
        options = onnxruntime.SessionOptions()
        options.log_severity_level = ERRORS_ONLY
        options.intra_op_num_threads = 1
        if not optimized:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        try:
            self._session: Any = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise EngineError(f"onnxruntime cannot load the graph: {error}") from error

    def run(self, image: Array) -> Array:
        """The one input, float32 NCHW -> the output."""
        return self.feed({self._session.get_inputs()[0].name: image})

    def feed(self, feeds: Mapping[str, Array]) -> Array:
        """Several inputs by name -> the output. Raises EngineError."""
        try:
            (output,) = self._session.run(None, dict(feeds))
        except Exception as error:
            raise EngineError(f"onnxruntime cannot run the graph: {error}") from error
        found: Array = output
        return found

    def close(self) -> None:
        """Release the network."""
        self._session = None
