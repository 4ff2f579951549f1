"""Probe: the values of a network's inner tensors, one sample at a time."""

from collections.abc import Iterator, Sequence

from edgec_calibration.errors import CalibrationError
from edgec_runtime.engine import Array
from edgec_runtime.errors import EngineError


class Probe:
    """A network in ONNX Runtime whose inner tensors come out.

    `as_written`: node by node, nothing fused or replaced, so that a network in QDQ form is worked out in
    float between its roundings, alike on every processor.

    Raises CalibrationError for a tensor that it does not have, EngineError where ONNX Runtime fails.
    """

    def __init__(self, model: bytes, tensors: Sequence[str], *, as_written: bool = False) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Once it knows the pattern it takes all of it in one piece, beside what the arena holds already.
        options.enable_mem_pattern = False
        if as_written:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        outspoken = _with_outputs(model, tensors)
        try:
            self._session = onnxruntime.InferenceSession(
                outspoken, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise EngineError(f"ONNX Runtime cannot load the network to calibrate: {error}") from error
        self._input: str = self._session.get_inputs()[0].name
        self._wanted = list(tensors)

    def run(self, sample: Array) -> Iterator[tuple[str, Array]]:
        """Each wanted tensor's name and values for one sample; only one of them is copied at a time."""
        from onnxruntime import OrtValue

        inner = [name for name in self._wanted if name != self._input]
        try:
            feeds = {self._input: OrtValue.ortvalue_from_numpy(sample)}
            values = self._session.run_with_ort_values(inner, feeds) if inner else []
        except Exception as error:
            raise EngineError(f"ONNX Runtime failed on a sample of shape {sample.shape}: {error}") from error
        if self._input in self._wanted:
            yield self._input, sample
        for name in inner:
            yield name, values.pop(0).numpy()


def _with_outputs(model: bytes, tensors: Sequence[str]) -> bytes:
    import onnx

    try:
        proto = onnx.load_from_string(model)
    except Exception as error:
        raise EngineError(f"the bytes to calibrate are not an ONNX network: {error}") from error
    graph = proto.graph
    inner = {name for node in graph.node for name in node.output}
    known = inner | {value.name for value in graph.input}
    for name in tensors:
        if name not in known:
            raise CalibrationError(f"the network has no tensor {name!r} to calibrate")
    present = {value.name for value in graph.output}
    graph.output.extend(
        onnx.ValueInfoProto(name=name) for name in tensors if name in inner and name not in present
    )
    data: bytes = proto.SerializeToString()
    return data
