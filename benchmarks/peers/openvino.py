"""OpenVINO: the exported network in its IR, and what NNCF makes of it."""

import os
from functools import partial
from pathlib import Path

from edgec_runtime.engine import Array
from peers.onnxruntime import exported
from peers.peer import Job, Peer, Run

FILE = "model.xml"


def build_float(job: Job, folder: Path) -> None:
    """As save_model writes it by default: weights in 16 bits, expanded when it is loaded."""
    import openvino

    openvino.save_model(openvino.Core().read_model(exported(job)), folder / FILE)


def build_nncf(preset: str, job: Job, folder: Path) -> None:
    """nncf.quantize with what it does by default (`performance`), or asymmetric activations (`mixed`)."""
    os.environ["NNCF_CI"] = "1"  # else it reports its use over the network
    import nncf
    import openvino

    model = openvino.Core().read_model(exported(job))
    images = nncf.Dataset(list(job.images))
    quantized = nncf.quantize(model, images, preset=nncf.QuantizationPreset(preset))
    openvino.save_model(quantized, folder / FILE)


def load(hint: str | None, folder: Path, threads: int) -> Run:
    """One request; floats in `hint`, or in what OpenVINO takes for this processor."""
    import openvino

    config: dict[str, str | int] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
    if hint is not None:
        config["INFERENCE_PRECISION_HINT"] = hint
    request = openvino.Core().compile_model(folder / FILE, "CPU", config).create_infer_request()

    def run(image: Array) -> Array:
        result: Array = request.infer([image], share_inputs=True)[0]
        return result

    return run


PEERS = (
    Peer("OpenVINO, forced f32", "openvino", "fp32", build_float, partial(load, "f32")),
    Peer("OpenVINO", "openvino", "default", build_float, partial(load, None)),
    Peer("NNCF, defaults", "openvino", "int8", partial(build_nncf, "performance"), partial(load, None)),
    Peer("NNCF, mixed preset", "openvino", "int8", partial(build_nncf, "mixed"), partial(load, None)),
)
