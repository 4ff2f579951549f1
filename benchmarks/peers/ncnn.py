"""ncnn, converted by pnnx."""

import contextlib
import os
import shutil
from functools import partial
from pathlib import Path

import numpy as np

from edgec_runtime.engine import Array
from peers.peer import Job, Peer, Run

TOPOLOGY, WEIGHTS = "model.ncnn.param", "model.ncnn.bin"


def build(half: bool, job: Job, folder: Path) -> None:
    """pnnx.export, weights in 16 bits as it does by default (`half`) or in 32."""
    converted = job.folder / f"ncnn-{'half' if half else 'float'}"
    if not converted.exists():
        import pnnx
        import torch

        converted.mkdir()
        with contextlib.chdir(converted):  # it writes into the current folder too
            pnnx.export(job.module(), "model.pt", (torch.from_numpy(job.images[0]),), fp16=half)
    for name in (TOPOLOGY, WEIGHTS):
        shutil.copy(converted / name, folder)


def load(settings: dict[str, bool], folder: Path, threads: int) -> Run:
    """A net with `settings` of its options, the rest as it comes."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    import ncnn

    net = ncnn.Net()
    net.opt.num_threads = threads
    for name, value in settings.items():
        setattr(net.opt, name, value)
    net.load_param(str(folder / TOPOLOGY))
    net.load_model(str(folder / WEIGHTS))

    def run(image: Array) -> Array:
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(image[0]))
        _, result = extractor.extract("out0")
        return np.array(result)[np.newaxis]

    return run


EXACT = {"use_fp16_packed": False, "use_fp16_storage": False, "use_fp16_arithmetic": False}
BF16 = {"use_bf16_storage": True}
PEERS = (
    Peer("ncnn, fp32", "ncnn", "fp32", partial(build, False), partial(load, EXACT)),
    Peer("ncnn", "ncnn", "default", partial(build, True), partial(load, {})),
    Peer("ncnn, bf16 storage", "ncnn", "bf16", partial(build, True), partial(load, BF16)),
)
