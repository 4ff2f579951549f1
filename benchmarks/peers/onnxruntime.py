"""ONNX Runtime: the exported network, and what its own quantizer makes of it."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from edgec_runtime.engine import Array
from edgec_runtime.machine import environment
from peers.peer import Job, Peer, Run

FILE = "model.onnx"


def exported(job: Job) -> Path:
    """The network as torch.onnx.export writes it by default: weights in a second file."""
    path = job.folder / FILE
    if not path.exists():
        import torch

        torch.onnx.export(job.module(), (torch.from_numpy(job.images[0]),), path)
    return path


def build_float(job: Job, folder: Path) -> None:
    """Nothing but the export."""
    for path in exported(job).parent.glob(f"{FILE}*"):
        shutil.copy(path, folder)


def build_static(best: bool, job: Job, folder: Path) -> None:
    """quantize_static after the pre-processing that its documentation asks for.

    Its defaults are int8 activations and one scale a weight; `best` is uint8 activations and one scale a
    channel, and 7-bit weights where the processor adds pairs of products in 16 bits.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = folder / "prepared.onnx"
    quant_pre_process(str(exported(job)), str(prepared))
    name = onnx.load(prepared).graph.input[0].name
    setting: dict[str, Any] = {}
    if best:
        flags = environment()["flags"]
        setting = {
            "per_channel": True,
            "reduce_range": "avx2" in flags and not {"avx512_vnni", "avx_vnni"}.intersection(flags),
            "activation_type": QuantType.QUInt8,
            "weight_type": QuantType.QInt8,
        }
    quantize_static(str(prepared), str(folder / FILE), _reader(name, job), **setting)
    prepared.unlink()


def _reader(name: str, job: Job) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.feeds: Iterator[dict[str, Array]] = iter([{name: image} for image in job.images])

        def get_next(self) -> dict[str, Array] | None:
            return next(self.feeds, None)

    return Reader()


def load(folder: Path, threads: int) -> Run:
    """A session with everything but the threads as it comes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(folder / FILE), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(image: Array) -> Array:
        result: Array = session.run(None, {name: image})[0]
        return result

    return run


PEERS = (
    Peer("ONNX Runtime", "onnxruntime", "fp32", build_float, load),
    Peer("quantize_static, defaults", "onnxruntime", "int8", partial(build_static, False), load),
    Peer("quantize_static, best setting", "onnxruntime", "int8", partial(build_static, True), load),
)
