"""calibrate(): run a float network on real samples and keep the range of each tensor asked for."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from edgec_calibration.digest import SamplesDigest
from edgec_calibration.errors import CalibrationError
from edgec_calibration.means import ChannelMeans
from edgec_calibration.methods import METHODS, Method
from edgec_calibration.observers import OBSERVERS, Observer
from edgec_calibration.probe import Probe
from edgec_calibration.ranges import Ranges
from edgec_runtime.engine import Array
from edgec_runtime.errors import UsageError


def calibrate(
    model: bytes,
    tensors: Sequence[str],
    samples: Iterable[Array],
    method: Method = "min-max",
    means: Sequence[str] = (),
) -> Ranges:
    """Observe the named tensors of a float ONNX network on `samples`.

    `model`: a serialized ModelProto with one input. `tensors`: names of values in it (the input may be
    one). `samples`: float32 NCHW arrays of batch 1, preprocessed, taken one at a time: memory does not
    grow with their number. `method`: one of METHODS. `means`: names of values whose channels' means are kept.

    The network runs in ONNX Runtime. Raises UsageError for an unknown method, CalibrationError for no or
    unusable samples, unknown tensors and values that are not finite, EngineError where the engine fails.
    """
    observers = _observers(tensors, method)
    averages = {name: ChannelMeans() for name in means}
    probe = Probe(model, list(dict.fromkeys([*tensors, *means])))
    digest = SamplesDigest()
    count = 0
    for sample in samples:
        _check(sample, count)
        digest.update(sample)
        for name, values in probe.run(sample):
            _check_values(name, values, count)
            if name in observers:
                observers[name].update(values)
            if name in averages:
                averages[name].update(name, values)
        count += 1
    if count == 0:
        raise CalibrationError("there are no calibration samples: give at least one image")
    return Ranges(
        tensors={name: observer.range() for name, observer in observers.items()},
        method=method,
        graph_sha256=hashlib.sha256(model).hexdigest(),
        samples_sha256=digest.hex(),
        means={name: average.means() for name, average in averages.items()},
    )


def _observers(tensors: Sequence[str], method: Method) -> dict[str, Observer]:
    if method not in OBSERVERS:
        raise UsageError(f"there is no calibration method {method!r}; there are {', '.join(METHODS)}")
    return {name: OBSERVERS[method]() for name in tensors}


def _check_values(name: str, values: Array, place: int) -> None:
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
