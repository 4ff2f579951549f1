"""LiteRT: the network that litert-torch converts, and what ai-edge-quantizer makes of it."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from edgec_runtime.engine import Array
from peers.peer import Job, Peer, Run

FILE = "model.tflite"


def converted(job: Job) -> Path:
    """In float32, NHWC in and out."""
    path = job.folder / FILE
    if not path.exists():
        import litert_torch
        import torch

        module = litert_torch.to_channel_last_io(job.module(), args=[0], outputs=[0]).eval()
        litert_torch.convert(module, (torch.from_numpy(_nhwc(job.images[0])),)).export(str(path))
    return path


def build_float(job: Job, folder: Path) -> None:
    """Nothing but the conversion."""
    shutil.copy(converted(job), folder / FILE)


def build_dynamic(job: Job, folder: Path) -> None:
    """Weights in int8; activations are quantized at run time."""
    from ai_edge_quantizer import quantizer, recipe

    found = quantizer.Quantizer(str(converted(job)), recipe.dynamic_wi8_afp32())
    found.quantize().export_model(str(folder / FILE))


def build_static(job: Job, folder: Path) -> None:
    """Weights and activations in int8, the input and the output too."""
    from ai_edge_quantizer import quantizer, recipe

    found = quantizer.Quantizer(str(converted(job)), recipe.static_wi8_ai8())
    images = [{"args_0": _nhwc(image)} for image in job.images]
    found.quantize(found.calibrate({"serving_default": images})).export_model(str(folder / FILE))


def load(folder: Path, threads: int) -> Run:
    """An interpreter; images are quantized, and maps put back, as the file asks for."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(folder / FILE), num_threads=threads)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def run(image: Array) -> Array:
        interpreter.set_tensor(source["index"], _quantized(_nhwc(image), source))
        interpreter.invoke()
        found = _real(interpreter.get_tensor(result["index"]), result)
        return found.transpose(0, 3, 1, 2)

    return run


def _nhwc(image: Array) -> Array:
    return np.ascontiguousarray(image.transpose(0, 2, 3, 1))


def _quantized(image: Array, detail: dict[str, Any]) -> Any:
    scale, zero_point = detail["quantization"]
    if detail["dtype"] == np.float32:
        return image
    return np.clip(np.rint(image / np.float32(scale)) + zero_point, -128, 127).astype(detail["dtype"])


def _real(values: Any, detail: dict[str, Any]) -> Array:
    scale, zero_point = detail["quantization"]
    if detail["dtype"] == np.float32:
        return np.asarray(values)
    found: Array = (values.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
    return found


PEERS = (
    Peer("litert-torch", "tflite", "fp32", build_float, load),
    Peer("ai-edge-quantizer, dynamic", "tflite", "int8-dynamic", build_dynamic, load),
    Peer("ai-edge-quantizer, static", "tflite", "int8", build_static, load),
)
