"""calibrate(): run a float network on real samples and keep the range of each tensor asked for."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from edgec_calibration.errors import CalibrationError
from edgec_calibration.observers import METHODS, Observer
from edgec_calibration.ranges import Ranges
from edgec_runtime.engine import Array
from edgec_runtime.errors import EngineError, UsageError


def calibrate(
    model: bytes, tensors: Sequence[str], samples: Iterable[Array], method: str = "min-max"
) -> Ranges:
    """Observe the named tensors of a float ONNX network on `samples`.

    `model`: a serialized ModelProto with one input. `tensors`: names of values in it (the input may be
    one). `samples`: float32 NCHW arrays of batch 1, preprocessed, taken one at a time: memory does not
    grow with their number. `method`: a key of METHODS.

    The network runs in ONNX Runtime. Raises UsageError for an unknown method, CalibrationError for no or
    unusable samples, unknown tensors and values that are not finite, EngineError where the engine fails.
    """
    observers = _observers(tensors, method)
    session = _Probe(model, tensors)
    digest = hashlib.sha256()
    count = 0
    for sample in samples:
        _check(sample, count)
        _add(digest, sample)
        for name, values in session.run(sample):
            _observe(observers[name], name, values, count)
        count += 1
    if count == 0:
        raise CalibrationError("there are no calibration samples: give at least one image")
    return Ranges(
        tensors={name: observer.range() for name, observer in observers.items()},
        method=method,
        graph_sha256=hashlib.sha256(model).hexdigest(),
        samples_sha256=digest.hexdigest(),
    )


class _Probe:
    """A network in ONNX Runtime whose inner tensors come out."""

    def __init__(self, model: bytes, tensors: Sequence[str]) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                _with_outputs(model, tensors), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise EngineError(f"ONNX Runtime cannot load the network to calibrate: {error}") from error
        self._input: str = self._session.get_inputs()[0].name
        self._wanted = list(tensors)

    def run(self, sample: Array) -> list[tuple[str, Array]]:
        """Each wanted tensor's name and values for one sample."""
        inner = [name for name in self._wanted if name != self._input]
        try:
            values = self._session.run(inner, {self._input: sample}) if inner else []
        except Exception as error:
            raise EngineError(f"ONNX Runtime failed on a sample of shape {sample.shape}: {error}") from error
        found = dict(zip(inner, values, strict=True))
        return [(name, found.get(name, sample)) for name in self._wanted]


def _with_outputs(model: bytes, tensors: Sequence[str]) -> bytes:
    import onnx

    proto = onnx.load_from_string(model)
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


def _observers(tensors: Sequence[str], method: str) -> dict[str, Observer]:
    if method not in METHODS:
        raise UsageError(f"there is no calibration method {method!r}; there are {', '.join(METHODS)}")
    return {name: METHODS[method]() for name in tensors}


def _observe(observer: Observer, name: str, values: Array, place: int) -> None:
    if values.dtype != np.float32 or not values.size:
        raise CalibrationError(
            f"the tensor {name!r} is {values.dtype} of shape {values.shape} for sample {place}: "
            "only float32 tensors that hold something can be calibrated"
        )
    # min and max carry a NaN through, so that no array of flags is needed.
    if not (np.isfinite(values.min()) and np.isfinite(values.max())):
        raise CalibrationError(
            f"the tensor {name!r} is not finite for sample {place}: look at the network's weights and at "
            "the scale of the samples"
        )
    observer.update(values)


def _check(sample: Any, place: int) -> None:
    if not isinstance(sample, np.ndarray) or sample.dtype != np.float32 or sample.ndim != 4:
        kind = (
            f"{sample.dtype} of shape {sample.shape}"
            if isinstance(sample, np.ndarray)
            else type(sample).__name__
        )
        raise CalibrationError(
            f"sample {place} is {kind}; samples are float32 arrays (1, channels, height, width)"
        )
    if sample.shape[0] != 1 or not sample.size:
        raise CalibrationError(f"sample {place} has the shape {sample.shape}; give one image at a time")
    if not np.isfinite(sample).all():
        raise CalibrationError(f"sample {place} holds values that are not finite")


def _add(digest: Any, sample: Array) -> None:
    digest.update(repr(sample.shape).encode())
    digest.update(np.ascontiguousarray(sample, "<f4").tobytes())
